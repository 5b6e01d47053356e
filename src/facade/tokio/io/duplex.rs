//! Mirrors [`::tokio::io::duplex`] and [`::tokio::io::simplex`].

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::tokio::io::{self as real, AsyncRead, AsyncWrite, ReadBuf};

use super::super::announcing::{Sign, changes, now, poll};
use super::{ReadHalf, WriteHalf, split};
use crate::engine::Object;
use crate::step::{Kind, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::Stream, name, at }
}

/// What the ends of a stream have in common.
#[derive(Debug)]
struct Shared {
    object: Object,
    at: &'static Location<'static>,
}

impl Shared {
    fn new(at: &'static Location<'static>) -> Arc<Self> {
        Arc::new(Self { object: Object::at(at), at })
    }

    /// One poll of the real stream. Where that is done is not known: a trait's method is not told.
    fn poll<R>(
        &self,
        name: &'static str,
        context: &mut Context<'_>,
        mut real: impl FnMut(&mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        let mut polled = poll_fn(|context| real(context));
        poll(&self.object, sign(name, self.at), Pin::new(&mut polled), context)
    }
}

/// One of two ends of a stream that goes both ways, as in [`::tokio::io`].
#[derive(Debug)]
pub struct DuplexStream {
    shared: Arc<Shared>,
    real: real::DuplexStream,
}

/// Two ends of a stream that goes both ways, as in [`::tokio::io`].
#[track_caller]
pub fn duplex(max_buf_size: usize) -> (DuplexStream, DuplexStream) {
    let (one, other) = real::duplex(max_buf_size);
    let shared = Shared::new(Location::caller());
    (DuplexStream { shared: Arc::clone(&shared), real: one }, DuplexStream { shared, real: other })
}

impl Drop for DuplexStream {
    fn drop(&mut self) {
        changes(&self.shared.object, sign("close", self.shared.at), Kind::Async("close"));
    }
}

/// A stream that goes one way, as in [`::tokio::io`].
#[derive(Debug)]
pub struct SimplexStream {
    shared: Arc<Shared>,
    real: real::SimplexStream,
}

impl SimplexStream {
    /// As in the original.
    #[track_caller]
    pub fn new_unsplit(max_buf_size: usize) -> Self {
        let shared = Shared::new(Location::caller());
        Self { shared, real: real::SimplexStream::new_unsplit(max_buf_size) }
    }
}

/// The two ends of a stream that goes one way, as in [`::tokio::io`].
#[track_caller]
pub fn simplex(max_buf_size: usize) -> (ReadHalf<SimplexStream>, WriteHalf<SimplexStream>) {
    split(SimplexStream::new_unsplit(max_buf_size))
}

/// What both streams can do.
macro_rules! stream {
    ($($stream:ident)*) => {$(
        impl AsyncRead for $stream {
            fn poll_read(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffer: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                let Self { shared, real } = &mut *self;
                shared.poll("read", context, |context| {
                    Pin::new(&mut *real).poll_read(context, buffer)
                })
            }
        }

        impl AsyncWrite for $stream {
            fn poll_write(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                let Self { shared, real } = &mut *self;
                shared.poll("write", context, |context| {
                    Pin::new(&mut *real).poll_write(context, bytes)
                })
            }

            fn poll_write_vectored(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
                bytes: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                let Self { shared, real } = &mut *self;
                shared.poll("write", context, |context| {
                    Pin::new(&mut *real).poll_write_vectored(context, bytes)
                })
            }

            fn is_write_vectored(&self) -> bool {
                self.real.is_write_vectored()
            }

            fn poll_flush(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<io::Result<()>> {
                // No step: what is written is there at once.
                Pin::new(&mut self.real).poll_flush(context)
            }

            fn poll_shutdown(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<io::Result<()>> {
                let Self { shared, real } = &mut *self;
                let shut = || Pin::new(&mut *real).poll_shutdown(context);
                now(&shared.object, sign("shutdown", shared.at), shut, |_| true)
            }
        }
    )*};
}

stream!(DuplexStream SimplexStream);
