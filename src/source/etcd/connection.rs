//! A connection to one member: requests with their time-outs. etcd's own client spreads requests over all members, dead ones
//! too, so that each member has a client of its own here.

use std::net::SocketAddr;
use std::time::Duration;

use etcd_client::{
    Client, ConnectOptions, GetOptions, GetResponse, KvClient, ResponseHeader, Txn, TxnOp,
    TxnOpResponse,
};
use tokio::net::{TcpStream, lookup_host};

use super::address::Address;
use super::failure::{Failure, Stage};
use super::tls::Tls;

/// How long each of name resolution, TCP and TLS may take.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// How long one request may take, when nothing else is typed.
const REQUEST: Duration = Duration::from_secs(30);
/// How long the first answer of a member may take beyond TCP, when nothing else is typed: others may be quicker.
const FIRST: Duration = Duration::from_secs(6);
/// The largest answer that is taken; a page beyond it is asked for in halves. The client's own limit of 4 MB is near what
/// two values of the largest size take.
const LARGEST: usize = 16 << 20;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limits {
    /// Nothing was typed.
    Usual,
    /// `--request-timeout`
    Typed(Duration),
    /// `--request-timeout 0`: connecting alone is limited.
    Endless,
}

/// Name and password, where both are given.
pub(super) type User = Option<(String, String)>;

/// One member that answered.
#[derive(Clone)]
pub(super) struct Member {
    client: KvClient,
    /// Where it listens.
    pub address: Address,
    limits: Limits,
    identified: bool,
    /// Whether a user was named where there are none.
    pub user_in_vain: bool,
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
    /// Connects and asks for the first of `keys`, prefixes, that may be read; gives the present revision too. A server
    /// without users is asked again without one.
    pub async fn connect(
        address: &Address,
        tls: &Tls,
        user: &User,
        limits: Limits,
        keys: &[String],
    ) -> Result<(Self, i64), Failure> {
        knock(address, limits.connect()).await?;
        match Self::try_connect(address, tls, user, limits, keys).await {
            Err(Failure::NoUsers) => {
                let tried = Self::try_connect(address, tls, &None, limits, keys).await;
                tried.map(|(mut member, revision)| {
                    member.user_in_vain = true;
                    (member, revision)
                })
            }
            tried => tried,
        }
    }

    async fn try_connect(
        address: &Address,
        tls: &Tls,
        user: &User,
        limits: Limits,
        keys: &[String],
    ) -> Result<(Self, i64), Failure> {
        let mut settings = ConnectOptions::new()
            .with_connect_timeout(CONNECT)
            .with_keep_alive(Duration::from_secs(10), CONNECT)
            .with_auto_token_refresh(true);
        if address.tls {
            settings = settings.with_tls(tls.options.clone());
        }
        if let Some((name, password)) = user {
            settings = settings.with_user(name, password);
        }
        let identified = address.tls && tls.identified;
        let failed = |error: &etcd_client::Error| Failure::of(error, address, identified);
        let first = limits.first();
        // With a user, connecting asks for a token.
        let client = Client::connect([&address.url], Some(settings));
        let client = within(first, Stage::Authentication, client).await?;
        let mut client = client
            .map_err(|error| failed(&error))?
            .kv_client()
            .max_decoding_message_size(LARGEST);
        let mut head = Err(Failure::Denied);
        for key in keys {
            let options = GetOptions::new()
                .with_prefix()
                .with_limit(1)
                .with_keys_only();
            let reply = within(first, Stage::Read, client.get(&**key, Some(options))).await?;
            head = reply
                .map(|reply| head_of(reply.header()))
                .map_err(|error| failed(&error));
            if head != Err(Failure::Denied) {
                break;
            }
        }
        let head = head?;
        let member = Self {
            client,
            address: address.clone(),
            limits,
            identified,
            user_in_vain: false,
            cluster: head.cluster,
        };
        Ok((member, head.revision))
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
        let reply = within(self.limits.request(), Stage::Read, request).await?;
        reply.map_err(|error| Failure::of(&error, &self.address, self.identified))
    }

    fn same_cluster(&self, header: Option<&ResponseHeader>) -> Result<(), Failure> {
        match head_of(header).cluster == self.cluster {
            true => Ok(()),
            false => Err(Failure::OtherCluster),
        }
    }
}

// === impl Limits ===

impl Limits {
    /// What `--request-timeout` comes to, where it was typed.
    pub fn typed(typed: Option<Duration>) -> Self {
        match typed {
            None => Self::Usual,
            Some(limit) if limit.is_zero() => Self::Endless,
            Some(limit) => Self::Typed(limit),
        }
    }

    /// For each of name resolution and TCP.
    pub fn connect(self) -> Duration {
        match self {
            Self::Typed(limit) => limit.min(CONNECT),
            Self::Usual | Self::Endless => CONNECT,
        }
    }

    /// For the TLS handshake, within the time of the first answer, so that it is the handshake that is said to hang.
    pub fn handshake(self) -> Duration {
        match self {
            Self::Typed(limit) => (limit / 2).min(CONNECT),
            Self::Usual | Self::Endless => CONNECT,
        }
    }

    fn first(self) -> Option<Duration> {
        match self {
            Self::Usual => Some(FIRST),
            Self::Typed(limit) => Some(limit),
            Self::Endless => None,
        }
    }

    fn request(self) -> Option<Duration> {
        match self {
            Self::Usual => Some(REQUEST),
            Self::Typed(limit) => Some(limit),
            Self::Endless => None,
        }
    }
}

/// Resolves the name and connects once, and says what of the two fails: the client's own words tell them apart badly.
async fn knock(address: &Address, limit: Duration) -> Result<(), Failure> {
    let unresolved = |cause: &str| {
        let hint = "check the name, and this machine's DNS or VPN";
        Failure::Member(Stage::Dns, cause.to_owned(), hint)
    };
    let resolved = within(Some(limit), Stage::Dns, lookup_host(address.authority())).await?;
    let found: Vec<SocketAddr> = resolved
        .map_err(|_| unresolved("its name does not resolve"))?
        .collect();
    if found.is_empty() {
        return Err(unresolved("its name has no address"));
    }
    let connected = within(Some(limit), Stage::Tcp, TcpStream::connect(&*found)).await?;
    connected
        .map(drop)
        .map_err(|error| Failure::unreached(&error))
}

/// What comes in time.
async fn within<T>(
    limit: Option<Duration>,
    stage: Stage,
    work: impl Future<Output = T>,
) -> Result<T, Failure> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, work)
            .await
            .map_err(|_| Failure::silent(stage, limit)),
        None => Ok(work.await),
    }
}

/// Cluster and present revision of an answer.
pub(super) fn head_of(header: Option<&ResponseHeader>) -> Head {
    Head {
        cluster: header.map_or(0, ResponseHeader::cluster_id),
        revision: header.map_or(0, ResponseHeader::revision),
    }
}
