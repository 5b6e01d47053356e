//! Mirrors [`::tokio::io::split`].
//!
//! The original keeps a lock that blocks its thread around the stream while a half is polled. So does
//! this, and the engine knows of it: a stream may announce something in its poll.

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::PoisonError;
use std::task::{Context, Poll};

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::super::super::sync::Mutex;

/// The half that reads, as in [`::tokio::io`].
pub struct ReadHalf<T> {
    inner: Arc<Inner<T>>,
}

/// The half that writes, as in [`::tokio::io`].
pub struct WriteHalf<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    /// INVARIANT: pinned, so it is moved only where it is `Unpin`.
    stream: Mutex<T>,
    is_write_vectored: bool,
}

impl<T> Inner<T> {
    fn with<R>(&self, poll: impl FnOnce(Pin<&mut T>) -> R) -> R {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the stream lies in an `Arc` that nobody takes apart unless the stream is `Unpin`.
        #[expect(unsafe_code, reason = "a lock does not know that what is in it is pinned")]
        let stream = unsafe { Pin::new_unchecked(&mut *stream) };
        poll(stream)
    }
}

/// Two halves of a stream, as in [`::tokio::io`].
#[track_caller]
pub fn split<T>(stream: T) -> (ReadHalf<T>, WriteHalf<T>)
where
    T: AsyncRead + AsyncWrite,
{
    let is_write_vectored = stream.is_write_vectored();
    let inner = Arc::new(Inner { stream: Mutex::new(stream), is_write_vectored });
    (ReadHalf { inner: Arc::clone(&inner) }, WriteHalf { inner })
}

impl<T> ReadHalf<T> {
    /// As in the original.
    pub fn is_pair_of(&self, other: &WriteHalf<T>) -> bool {
        other.is_pair_of(self)
    }

    /// As in the original.
    #[track_caller]
    pub fn unsplit(self, wr: WriteHalf<T>) -> T
    where
        T: Unpin,
    {
        assert!(self.is_pair_of(&wr), "Unrelated `split::Write` passed to `split::Read::unsplit`.");
        drop(wr);
        let inner = Arc::into_inner(self.inner).expect("`Arc::try_unwrap` failed");
        inner.stream.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> WriteHalf<T> {
    /// As in the original.
    pub fn is_pair_of(&self, other: &ReadHalf<T>) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl<T: AsyncRead> AsyncRead for ReadHalf<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner.with(|stream| stream.poll_read(context, buffer))
    }
}

impl<T: AsyncWrite> AsyncWrite for WriteHalf<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.inner.with(|stream| stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.with(|stream| stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.with(|stream| stream.poll_shutdown(context))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.inner.with(|stream| stream.poll_write_vectored(context, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored
    }
}

impl<T: fmt::Debug> fmt::Debug for ReadHalf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("split::ReadHalf").finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for WriteHalf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("split::WriteHalf").finish()
    }
}
