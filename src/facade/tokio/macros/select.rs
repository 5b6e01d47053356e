//! tokio's `select!`.

/// As `tokio::select!`. Without `biased;` every order that the original can take is tried.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_select {
    // Everything is normalized: each branch has the `_`s of all branches before it.
    (@ { biased=$biased:expr; ( $($count:tt)* )
        $( ( $($skip:tt)* ) $bind:pat = $fut:expr, if $c:expr => $handle:expr, )+
        ; $else:expr
    }) => {{
        let mut order =
            $crate::tokio::support::Order::new($biased, $crate::__tokio_count!($($count)*));
        $(
            if !$c {
                order.disable($crate::__tokio_count!($($skip)*));
            }
        )+
        // A scope of its own: the futures are gone when a handler runs.
        let output = {
            // Not wrapped at once: temporaries of the expressions live as long as the futures.
            let futures_init = ($( $fut, )+);
            let mut futures = ($(
                Box::pin($crate::tokio::support::IntoFuture::into_future(
                    $crate::__tokio_field!(futures_init, $($skip)*)
                )),
            )+);
            let futures = &mut futures;
            let order = &mut order;
            $crate::tokio::support::Any($crate::tokio::support::poll_fn(move |context| {
                const BRANCHES: usize = $crate::__tokio_count!($($count)*);
                let mut is_pending = false;
                let start = order.start();
                for i in 0..BRANCHES {
                    let branch = $crate::tokio::support::round(start + i, BRANCHES);
                    if !order.is_enabled(branch) {
                        continue;
                    }
                    $(
                        #[allow(unreachable_code)]
                        if branch == $crate::__tokio_count!($($skip)*) {
                            let ( $($skip,)* future, .. ) = &mut *futures;
                            let future = future.as_mut();
                            let out = match $crate::tokio::support::Future::poll(future, context) {
                                $crate::tokio::support::Poll::Ready(out) => out,
                                $crate::tokio::support::Poll::Pending => {
                                    is_pending = true;
                                    continue;
                                }
                            };
                            order.disable(branch);
                            #[allow(unused_variables, unused_mut)]
                            match &out {
                                $crate::tokio::support::shape!($bind) => {}
                                _ => continue,
                            }
                            return $crate::tokio::support::Poll::Ready(
                                $crate::__tokio_nth!(($($skip)*) out)
                            );
                        }
                    )+
                }
                if is_pending {
                    $crate::tokio::support::Poll::Pending
                } else {
                    // All branches have been disabled.
                    $crate::tokio::support::Poll::Ready($crate::__tokio_rest!(($($count)*) ()))
                }
            }))
            .await
        };
        #[allow(unreachable_patterns)]
        match output {
            $(
                $crate::__tokio_nth!(($($skip)*) $bind) => $handle,
            )+
            $crate::__tokio_rest!(($($count)*) ()) => $else,
            _ => unreachable!("failed to match bind"),
        }
    }};

    // One branch after the other is normalized: first the end,
    (@ { biased=$biased:expr; $($t:tt)* } ) => {
        $crate::__tokio_select!(@{ biased=$biased; $($t)*; panic!("all branches are disabled and there is no else branch") })
    };
    (@ { biased=$biased:expr; $($t:tt)* } else => $else:expr $(,)?) => {
        $crate::__tokio_select!(@{ biased=$biased; $($t)*; $else })
    };
    // then one branch, with a condition or without, and a handler with braces or without.
    (@ { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } $p:pat = $f:expr, if $c:expr => $h:block, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) $p = $f, if $c => $h, } $($r)*)
    };
    (@ { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } $p:pat = $f:expr => $h:block, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) $p = $f, if true => $h, } $($r)*)
    };
    (@ { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } $p:pat = $f:expr, if $c:expr => $h:block $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) $p = $f, if $c => $h, } $($r)*)
    };
    (@ { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } $p:pat = $f:expr => $h:block $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) $p = $f, if true => $h, } $($r)*)
    };
    (@ { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } $p:pat = $f:expr, if $c:expr => $h:expr ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) $p = $f, if $c => $h, } )
    };
    (@ { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } $p:pat = $f:expr => $h:expr ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) $p = $f, if true => $h, } )
    };
    (@ { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } $p:pat = $f:expr, if $c:expr => $h:expr, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) $p = $f, if $c => $h, } $($r)*)
    };
    (@ { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } $p:pat = $f:expr => $h:expr, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) $p = $f, if true => $h, } $($r)*)
    };

    // What the program writes.
    ($(biased;)? else => $else:expr $(,)? ) => {{
        $else
    }};
    (biased; $($t:tt)+) => {
        $crate::__tokio_select!(@{ biased=true; () } $($t)+)
    };
    () => {
        compile_error!("select! requires at least one branch.")
    };
    ($($t:tt)+) => {
        $crate::__tokio_select!(@{ biased=false; () } $($t)+)
    };
}
