//! tokio's `select!`.

/// As `tokio::select!`. Without `biased;` every order that the original can take is tried.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_select {
    // Everything is normalized: each branch has the `_`s of all branches before it.
    (@ { biased=$biased:expr; ( $($count:tt)* )
        $( ( $($skip:tt)* ) { $($bind:tt)* } { $($shape:tt)* } $fut:expr, $c:expr, $handle:expr, )+
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
                                $($shape)* => {}
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
                $crate::__tokio_nth!(($($skip)*) $($bind)*) => $handle,
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
    // then a branch whose pattern is known, and its shape, which is the pattern without `mut` and `ref`,
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr, if $c:expr => $h:block, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, $c, $h, } $($r)*)
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr => $h:block, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, true, $h, } $($r)*)
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr, if $c:expr => $h:block $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, $c, $h, } $($r)*)
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr => $h:block $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, true, $h, } $($r)*)
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr, if $c:expr => $h:expr ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, $c, $h, } )
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr => $h:expr ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, true, $h, } )
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr, if $c:expr => $h:expr, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, $c, $h, } $($r)*)
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr => $h:expr, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, true, $h, } $($r)*)
    };
    // then the patterns that are their own shape,
    (@ { $($head:tt)* } _ = $($r:tt)*) => {
        $crate::__tokio_select!(@branch { $($head)* } { _ } { _ } $($r)*)
    };
    (@ { $($head:tt)* } $p:ident = $($r:tt)*) => {
        $crate::__tokio_select!(@branch { $($head)* } { $p } { $p } $($r)*)
    };
    (@ { $($head:tt)* } $p:ident($q:ident) = $($r:tt)*) => {
        $crate::__tokio_select!(@branch { $($head)* } { $p($q) } { $p($q) } $($r)*)
    };
    // and all others, token by token up to the `=`.
    (@ { $($head:tt)* } $($r:tt)+) => {
        $crate::__tokio_select!(@pattern { $($head)* } {} $($r)+)
    };
    (@pattern { $($head:tt)* } { $($p:tt)* } = $($r:tt)*) => {
        $crate::__tokio_shape!({} [$($p)*] [] { $($head)* } { $($p)* } $($r)*)
    };
    (@pattern { $($head:tt)* } { $($p:tt)* } $next:tt $($r:tt)*) => {
        $crate::__tokio_select!(@pattern { $($head)* } { $($p)* $next } $($r)*)
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

/// A pattern without `mut` and `ref`, so that it can be held against a reference: in braces what is
/// done, in brackets what is left to do, then the groups around it, and then what comes afterwards.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_shape {
    ($done:tt [] [] $head:tt $p:tt $($r:tt)*) => {
        $crate::__tokio_select!(@branch $head $p $done $($r)*)
    };
    ({ $($done:tt)* } [] [( { $($outer:tt)* } [$($left:tt)*] ) $($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({ $($outer)* ($($done)*) } [$($left)*] [$($around)*] $($r)*)
    };
    ({ $($done:tt)* } [] [[ { $($outer:tt)* } [$($left:tt)*] ] $($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({ $($outer)* [$($done)*] } [$($left)*] [$($around)*] $($r)*)
    };
    ({ $($done:tt)* } [] [{ { $($outer:tt)* } [$($left:tt)*] } $($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({ $($outer)* { $($done)* } } [$($left)*] [$($around)*] $($r)*)
    };
    ($done:tt [mut $($left:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!($done [$($left)*] $($r)*)
    };
    ($done:tt [ref $($left:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!($done [$($left)*] $($r)*)
    };
    ($done:tt [($($in:tt)*) $($left:tt)*] [$($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({} [$($in)*] [( $done [$($left)*] ) $($around)*] $($r)*)
    };
    ($done:tt [[$($in:tt)*] $($left:tt)*] [$($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({} [$($in)*] [[ $done [$($left)*] ] $($around)*] $($r)*)
    };
    ($done:tt [{ $($in:tt)* } $($left:tt)*] [$($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({} [$($in)*] [{ $done [$($left)*] } $($around)*] $($r)*)
    };
    ({ $($done:tt)* } [$next:tt $($left:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({ $($done)* $next } [$($left)*] $($r)*)
    };
}
