//! tokio's `join!` and `try_join!`.

/// As `tokio::join!`.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_join {
    (@ $biased:expr; $($e:expr),+) => {
        $crate::__tokio_join!(@@ $biased; () () $($e,)+)
    };
    (@@ $biased:expr; ( $($s:tt)* ) ( $($t:tt)* ) $e:expr, $($r:tt)*) => {
        $crate::__tokio_join!(@@ $biased; ($($s)* _) ($($t)* ($($s)*) $e,) $($r)*)
    };
    (@@ $biased:expr; ( $($count:tt)* ) ( $( ( $($skip:tt)* ) $e:expr, )+ )) => {{
        let mut futures = ($( $crate::tokio::support::maybe_done($e), )+);
        let futures = &mut futures;
        let mut next = 0;
        $crate::tokio::support::All($crate::tokio::support::poll_fn(move |context| {
            const COUNT: usize = $crate::__tokio_count!($($count)*);
            let start = next;
            if !$biased {
                // As in the original: each poll starts with another one.
                next = $crate::tokio::support::round(next + 1, COUNT);
            }
            let mut is_pending = false;
            for i in 0..COUNT {
                let branch = $crate::tokio::support::round(start + i, COUNT);
                $(
                    if branch == $crate::__tokio_count!($($skip)*) {
                        let ( $($skip,)* future, .. ) = &mut *futures;
                        is_pending |= future.waits(context);
                    }
                )+
            }
            if is_pending {
                return $crate::tokio::support::Poll::Pending;
            }
            #[allow(unreachable_code)]
            $crate::tokio::support::Poll::Ready(($({
                let ( $($skip,)* future, .. ) = &mut *futures;
                future.take()
            },)+))
        }))
        .await
    }};
    (biased; $($e:expr),+ $(,)?) => { $crate::__tokio_join!(@ true; $($e),+) };
    ($($e:expr),+ $(,)?) => { $crate::__tokio_join!(@ false; $($e),+) };
    ($(biased;)?) => { async {}.await };
}

/// As `tokio::try_join!`.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_try_join {
    (@ $biased:expr; $($e:expr),+) => {
        $crate::__tokio_try_join!(@@ $biased; () () $($e,)+)
    };
    (@@ $biased:expr; ( $($s:tt)* ) ( $($t:tt)* ) $e:expr, $($r:tt)*) => {
        $crate::__tokio_try_join!(@@ $biased; ($($s)* _) ($($t)* ($($s)*) $e,) $($r)*)
    };
    (@@ $biased:expr; ( $($count:tt)* ) ( $( ( $($skip:tt)* ) $e:expr, )+ )) => {{
        let mut futures = ($( $crate::tokio::support::maybe_done($e), )+);
        let futures = &mut futures;
        let mut next = 0;
        $crate::tokio::support::All($crate::tokio::support::poll_fn(move |context| {
            const COUNT: usize = $crate::__tokio_count!($($count)*);
            let start = next;
            if !$biased {
                next = $crate::tokio::support::round(next + 1, COUNT);
            }
            let mut is_pending = false;
            let mut open = 0;
            $({
                let ( $($skip,)* future, .. ) = &*futures;
                open += usize::from(future.is_open());
            })+
            for i in 0..COUNT {
                let branch = $crate::tokio::support::round(start + i, COUNT);
                $(
                    if branch == $crate::__tokio_count!($($skip)*) {
                        let ( $($skip,)* future, .. ) = &mut *futures;
                        if future.waits(context) {
                            is_pending = true;
                        } else if future.output().is_some_and(Result::is_err) {
                            if open > 1 {
                                $crate::tokio::support::ends_early();
                            }
                            let failed = future.take().err().map(Result::Err);
                            return $crate::tokio::support::Poll::Ready(
                                failed.expect("it has failed")
                            );
                        }
                    }
                )+
            }
            if is_pending {
                return $crate::tokio::support::Poll::Pending;
            }
            #[allow(unreachable_code)]
            $crate::tokio::support::Poll::Ready(Result::Ok(($({
                let ( $($skip,)* future, .. ) = &mut *futures;
                future.take().ok().expect("it has not failed")
            },)+)))
        }))
        .await
    }};
    (biased; $($e:expr),+ $(,)?) => { $crate::__tokio_try_join!(@ true; $($e),+) };
    ($($e:expr),+ $(,)?) => { $crate::__tokio_try_join!(@ false; $($e),+) };
    ($(biased;)?) => { async { Ok(()) }.await };
}
