//! Awaits one future while driving many others.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

/// Awaits `work` while driving the futures in progress, and returns the results of those that finish meanwhile.
///
/// Futures in progress may hold database connections, and `work` may need one: without driving them, each would wait
/// for the other.
pub(super) async fn drive_concurrently<F: Future, W: Future>(
    under_way: &mut FuturesUnordered<F>,
    work: W,
) -> (W::Output, Vec<F::Output>) {
    let mut ended = Vec::new();
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return (done, ended),
            Some(one) = under_way.next() => ended.push(one),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt as _;
    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn what_is_under_way_lets_go_of_what_is_waited_for() {
        let only = Arc::new(Semaphore::new(1));
        let mut under_way = FuturesUnordered::new();
        let held = only.clone();
        under_way.push(async move {
            let _held = held.acquire().await;
            tokio::task::yield_now().await;
        });
        // It holds what the work needs, and is not polled.
        let _ = under_way.next().now_or_never();
        let (done, ended) = drive_concurrently(&mut under_way, async { only.acquire().await.is_ok() }).await;
        assert!(done);
        assert_eq!(ended.len(), 1);
    }
}
