//! A connection to one member: requests with their time-outs. etcd's own client spreads requests over all members, dead ones
//! too, so that each member has a client of its own here.

use std::time::Duration;

use etcd_client::{
    Client, ConnectOptions, GetOptions, GetResponse, KvClient, ResponseHeader, Txn, TxnOp,
    TxnOpResponse,
};

use super::address::Address;
use super::failure::Failure;
use super::tls::Tls;

/// How long connecting may take, each of TCP and TLS.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// How long one request may take, when nothing else is typed.
pub(super) const REQUEST: Duration = Duration::from_secs(30);
/// The first request to a member: TCP, TLS and the answer.
const FIRST: Duration = Duration::from_secs(11);
/// The largest answer that is taken; a page beyond it is asked for in halves. The client's own limit of 4 MB is near what
/// two values of the largest size take.
const LARGEST: usize = 16 << 20;

/// Name and password, where both are given.
pub(super) type User = Option<(String, String)>;

/// One member that answered.
#[derive(Clone)]
pub(super) struct Member {
    client: KvClient,
    /// Where it listens.
    pub address: Address,
    limit: Option<Duration>,
    identified: bool,
    /// The cluster of its first answer.
    cluster: u64,
}

/// What an answer says beside its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub cluster: u64,
    pub revision: i64,
}

impl Member {
    /// Connects and asks for `key`, whose answer it gives too. A server without users is asked again without one.
    pub async fn connect(
        address: &Address,
        tls: Option<&Tls>,
        user: &User,
        limit: Option<Duration>,
        first: (&str, &GetOptions),
    ) -> Result<(Self, GetResponse), Failure> {
        match Self::try_connect(address, tls, user, limit, first).await {
            Err(Failure::NoUsers) => {
                tracing::info!("{} has no users: read without one", address.url);
                Self::try_connect(address, tls, &None, limit, first).await
            }
            tried => tried,
        }
    }

    async fn try_connect(
        address: &Address,
        tls: Option<&Tls>,
        user: &User,
        limit: Option<Duration>,
        (key, options): (&str, &GetOptions),
    ) -> Result<(Self, GetResponse), Failure> {
        let mut settings = ConnectOptions::new()
            .with_connect_timeout(CONNECT)
            .with_keep_alive(Duration::from_secs(10), CONNECT)
            .with_auto_token_refresh(true);
        let tls = tls.filter(|_| address.tls);
        if let Some(tls) = tls {
            settings = settings.with_tls(tls.options.clone());
        }
        if let Some((name, password)) = user {
            settings = settings.with_user(name, password);
        }
        let identified = tls.is_some_and(|tls| tls.identified);
        let first = limit.map_or(FIRST, |limit| limit.min(FIRST));
        let failed = |error: &etcd_client::Error| Failure::of(error, address, identified);
        let both = async {
            let client = Client::connect([&address.url], Some(settings)).await;
            let mut client = client
                .map_err(|error| failed(&error))?
                .kv_client()
                .max_decoding_message_size(LARGEST);
            let reply = client.get(key, Some(options.clone())).await;
            Ok((client, reply.map_err(|error| failed(&error))?))
        };
        let (client, reply) = tokio::time::timeout(first, both)
            .await
            .map_err(|_| Failure::silent(first))??;
        let member = Self {
            client,
            address: address.clone(),
            limit,
            identified,
            cluster: head(reply.header()).cluster,
        };
        Ok((member, reply))
    }

    /// The cluster that it belongs to.
    pub fn cluster(&self) -> u64 {
        self.cluster
    }

    /// One range.
    pub async fn get(&self, key: &[u8], options: GetOptions) -> Result<GetResponse, Failure> {
        let mut client = self.client.clone();
        let reply = self.in_time(client.get(key, Some(options))).await?;
        self.same_cluster(reply.header())?;
        Ok(reply)
    }

    /// Several keys in one request.
    pub async fn get_each(
        &self,
        keys: &[Vec<u8>],
        options: &GetOptions,
    ) -> Result<Vec<GetResponse>, Failure> {
        let mut client = self.client.clone();
        let gets = keys
            .iter()
            .map(|key| TxnOp::get(key.clone(), Some(options.clone())));
        let txn = Txn::new().and_then(gets.collect::<Vec<_>>());
        let reply = self.in_time(client.txn(txn)).await?;
        self.same_cluster(reply.header())?;
        let gets = reply
            .op_responses()
            .into_iter()
            .filter_map(|response| match response {
                TxnOpResponse::Get(reply) => Some(reply),
                _ => None,
            });
        Ok(gets.collect())
    }

    async fn in_time<T>(
        &self,
        request: impl Future<Output = Result<T, etcd_client::Error>>,
    ) -> Result<T, Failure> {
        let reply = match self.limit {
            Some(limit) => tokio::time::timeout(limit, request)
                .await
                .map_err(|_| Failure::silent(limit))?,
            None => request.await,
        };
        reply.map_err(|error| Failure::of(&error, &self.address, self.identified))
    }

    fn same_cluster(&self, header: Option<&ResponseHeader>) -> Result<(), Failure> {
        match head(header).cluster == self.cluster {
            true => Ok(()),
            false => Err(Failure::OtherCluster),
        }
    }
}

/// Cluster and present revision of an answer.
pub(super) fn head(header: Option<&ResponseHeader>) -> Head {
    Head {
        cluster: header.map_or(0, ResponseHeader::cluster_id),
        revision: header.map_or(0, ResponseHeader::revision),
    }
}
