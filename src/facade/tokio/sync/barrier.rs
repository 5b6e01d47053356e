//! Mirrors [`::tokio::sync::Barrier`].

use std::future::Future;
use std::panic::Location;

use ::tokio::sync::{self as real, BarrierWaitResult};

use super::super::announcing::{Sign, until_ready};
use crate::engine::Object;
use crate::step::What;

/// Where so many tasks wait for each other, as in [`::tokio::sync`].
#[derive(Debug)]
pub struct Barrier {
    object: Object,
    real: real::Barrier,
}

impl Barrier {
    /// As in the original.
    #[track_caller]
    pub fn new(n: usize) -> Self {
        Self { object: Object::at(Location::caller()), real: real::Barrier::new(n) }
    }

    /// As in the original.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = BarrierWaitResult> {
        let sign = Sign { what: What::AsyncBarrier, name: "wait", at: Location::caller() };
        until_ready(&self.object, sign, self.real.wait())
    }
}
