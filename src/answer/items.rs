//! The endpoints of an answer: each is made when it is taken, and many by several threads.

use std::num::NonZero;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use super::EndpointItem;

/// Items of one lane in a row.
const CHUNK: usize = 16;
/// Chunks of a lane that are made and not taken: memory stays bounded.
const AHEAD: usize = 2;
/// Fewer are not worth a second thread.
const MANY: usize = 512;

/// Makes some of the items.
type Lane<'a> = Box<dyn Iterator<Item = EndpointItem> + Send + 'a>;

/// Items in their order, dealt to lanes that can be made at the same time.
pub struct Items<'a> {
    /// Chunk after chunk in turn; the first that is not full is the last.
    lanes: Vec<Lane<'a>>,
    turn: usize,
    taken: usize,
}

impl<'a> Items<'a> {
    /// Items of these, in lanes: each lane gets what it makes them with from `maker`.
    pub fn of<T, M>(things: &[T], mut maker: impl FnMut() -> M) -> Self
    where
        T: Copy + Send + 'a,
        M: Fn(T) -> EndpointItem + Send + 'a,
    {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let count = if things.len() < MANY { 1 } else { cores };
        let lane = |number| -> Lane<'a> {
            let chunks = things.chunks(CHUNK).skip(number).step_by(count);
            let own: Vec<T> = chunks.flatten().copied().collect();
            Box::new(own.into_iter().map(maker()))
        };
        Self {
            lanes: (0..count).map(lane).collect(),
            turn: 0,
            taken: 0,
        }
    }

    /// Hands over what `work` makes of each item, in their order; both are done by several threads at once.
    ///
    /// # Errors
    /// The first of `take`, which ends the making.
    pub fn worked_on<T: Send, E>(
        self,
        work: impl Fn(EndpointItem) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.lanes.len() < 2 {
            return self.map(work).try_for_each(take);
        }
        thread::scope(|scope| {
            let start = |lane: Lane<'a>| -> Receiver<Vec<T>> {
                let (made, taken) = mpsc::sync_channel(AHEAD);
                let (mut lane, work) = (lane, &work);
                scope.spawn(move || {
                    loop {
                        let chunk: Vec<T> = lane.by_ref().take(CHUNK).map(work).collect();
                        let is_last = chunk.len() < CHUNK;
                        if made.send(chunk).is_err() || is_last {
                            return;
                        }
                    }
                });
                taken
            };
            let lanes: Vec<Receiver<Vec<T>>> = self.lanes.into_iter().map(start).collect();
            for lane in lanes.iter().cycle() {
                // A lane that ends without its last chunk panicked: then so does the scope.
                let chunk = lane.recv().unwrap_or_default();
                let is_last = chunk.len() < CHUNK;
                chunk.into_iter().try_for_each(&mut take)?;
                if is_last {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// One after another, in this thread.
impl Iterator for Items<'_> {
    type Item = EndpointItem;

    fn next(&mut self) -> Option<EndpointItem> {
        let item = self.lanes.get_mut(self.turn)?.next()?;
        self.taken += 1;
        if self.taken.is_multiple_of(CHUNK) {
            self.turn = (self.turn + 1) % self.lanes.len();
        }
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.lanes.iter().map(|lane| lane.size_hint().0).sum();
        (left, Some(left))
    }
}
