//! What every atomic of the facade has.

/// What every atomic of the facade has.
macro_rules! atomic {
    ($(#[$doc:meta])* $name:ident $(<$type:ident>)?, $value:ty) => {
        $(#[$doc])*
        pub struct $name $(<$type>)? {
            real: real::$name $(<$type>)?,
            object: Object,
            /// The value it had when a check first used it.
            initial: Initial<$value>,
        }

        impl $(<$type>)? $name $(<$type>)? {
            /// As in the original.
            #[track_caller]
            pub const fn new(value: $value) -> Self {
                let object = Object::at(Location::caller());
                Self { real: real::$name::new(value), object, initial: Initial::new() }
            }

            /// As in the original.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                match driver() {
                    Driver::Explorer(explorer) => {
                        let at = Location::caller();
                        self.start_afresh(explorer);
                        let turn = announce(explorer, &self.object, What::Atomic, Kind::Load, at);
                        let value = self.real.load(order);
                        explorer.ordered(&self.object, Ordered::Load, order);
                        turn.read(Some(value.value()));
                        value
                    }
                    #[cfg(feature = "loom")]
                    Driver::Loom(loom) => Word::from_bits(loom.load(&self.object, self.first(), order)),
                    _ => self.real.load(order),
                }
            }

            /// As in the original.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                match driver() {
                    Driver::Explorer(explorer) => {
                        let at = Location::caller();
                        self.start_afresh(explorer);
                        let turn = announce(explorer, &self.object, What::Atomic, Kind::Store, at);
                        explorer.ordered(&self.object, Ordered::Store, order);
                        let before = self.real.load(Ordering::Relaxed);
                        self.real.store(value, order);
                        explorer.first_value(&self.object, before.value());
                        turn.wrote(None, Some(value.value()));
                    }
                    #[cfg(feature = "loom")]
                    Driver::Loom(loom) => {
                        loom.store(&self.object, self.first(), value.bits(), order);
                    }
                    _ => self.real.store(value, order),
                }
            }

            /// As in the original.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.modify("swap", order, |_| value, |real| real.swap(value, order))
            }

            /// As in the original.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.exchange("compare_exchange", (current, new), (success, failure))
            }

            /// As in the original. Under the explorer it also fails for no reason, as the original
            /// may: but not twice in a row while nobody has changed the value. Under loom it never does.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                match driver() {
                    Driver::Explorer(explorer) => {
                        let at = Location::caller();
                        self.exchange_weak(explorer, (current, new), (success, failure), at)
                    }
                    #[cfg(feature = "loom")]
                    Driver::Loom(_) => self.compare_exchange(current, new, success, failure),
                    _ => self.real.compare_exchange_weak(current, new, success, failure),
                }
            }

            /// An exchange that may fail for no reason.
            fn exchange_weak(
                &self,
                explorer: &'static Explorer,
                (current, new): ($value, $value),
                (success, failure): (Ordering, Ordering),
                at: &'static Location<'static>,
            ) -> Result<$value, $value> {
                self.start_afresh(explorer);
                explorer.first_value(&self.object, self.real.load(Ordering::Relaxed).value());
                let expected = current.value();
                let option = explorer.announce_weak(&self.object, expected, at);
                explorer.expects(expected);
                let swapped = match option {
                    1 => Err(self.real.load(failure)),
                    _ => self.real.compare_exchange(current, new, success, failure),
                };
                self.exchanged(explorer, swapped, new, (success, failure))
            }

            /// As in the original.
            #[track_caller]
            pub fn try_update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                self.fetch_update(set_order, fetch_order, f)
            }

            /// As in the original. Not to be confused with a read-modify-write: `f` may be called again.
            #[track_caller]
            pub fn update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut f: impl FnMut($value) -> $value,
            ) -> $value {
                match self.fetch_update(set_order, fetch_order, |value| Some(f(value))) {
                    Ok(value) | Err(value) => value,
                }
            }

            /// As in the original: what is done through it, nobody sees.
            pub const fn as_ptr(&self) -> *mut $value {
                self.real.as_ptr()
            }

            /// As in the original. `f` is called again only if the value has been changed meanwhile.
            #[track_caller]
            pub fn fetch_update<F: FnMut($value) -> Option<$value>>(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut f: F,
            ) -> Result<$value, $value> {
                let mut before = self.load(fetch_order);
                while let Some(next) = f(before) {
                    match self.compare_exchange(before, next, set_order, fetch_order) {
                        Ok(value) => return Ok(value),
                        Err(value) => before = value,
                    }
                }
                Err(before)
            }

            /// As in the original. No step: nobody else can have it.
            pub fn get_mut(&mut self) -> &mut $value {
                #[cfg(feature = "loom")]
                self.settle();
                self.real.get_mut()
            }

            /// As in the original. No step: nobody else can have it.
            #[cfg_attr(not(feature = "loom"), allow(unused_mut, reason = "loom keeps the value elsewhere"))]
            pub fn into_inner(mut self) -> $value {
                #[cfg(feature = "loom")]
                self.settle();
                self.real.into_inner()
            }

            #[track_caller]
            fn modify(
                &self,
                name: &'static str,
                order: Ordering,
                next: impl Fn($value) -> $value,
                really: impl FnOnce(&real::$name $(<$type>)?) -> $value,
            ) -> $value {
                match driver() {
                    Driver::Explorer(explorer) => {
                        let at = Location::caller();
                        self.start_afresh(explorer);
                        let turn = announce(explorer, &self.object, What::Atomic, Kind::Update(name), at);
                        explorer.ordered(&self.object, Ordered::Update, order);
                        let before = really(&self.real);
                        turn.wrote(Some(before.value()), Some(next(before).value()));
                        before
                    }
                    #[cfg(feature = "loom")]
                    Driver::Loom(loom) => {
                        let next = |bits| next(Word::from_bits(bits)).bits();
                        Word::from_bits(loom.update(&self.object, self.first(), order, &next))
                    }
                    _ => really(&self.real),
                }
            }

            #[track_caller]
            fn exchange(
                &self,
                name: &'static str,
                (current, new): ($value, $value),
                (success, failure): (Ordering, Ordering),
            ) -> Result<$value, $value> {
                match driver() {
                    Driver::Explorer(explorer) => {
                        let at = Location::caller();
                        self.start_afresh(explorer);
                        let kind = Kind::Update(name);
                        explorer.announce(&Operation {
                            object: &self.object, what: What::Atomic, kind, at, options: 1,
                        });
                        explorer.expects(current.value());
                        let swapped = self.real.compare_exchange(current, new, success, failure);
                        self.exchanged(explorer, swapped, new, (success, failure))
                    }
                    #[cfg(feature = "loom")]
                    Driver::Loom(loom) => {
                        let (current, new) = (current.bits(), new.bits());
                        let swapped = loom.compare_exchange(
                            &self.object, self.first(), (current, new), (success, failure),
                        );
                        swapped.map(Word::from_bits).map_err(Word::from_bits)
                    }
                    _ => self.real.compare_exchange(current, new, success, failure),
                }
            }

            /// Tells the explorer what an exchange has done.
            fn exchanged(
                &self,
                explorer: &Explorer,
                swapped: Result<$value, $value>,
                new: $value,
                (success, failure): (Ordering, Ordering),
            ) -> Result<$value, $value> {
                match swapped {
                    Ok(value) => {
                        explorer.ordered(&self.object, Ordered::Update, success);
                        explorer.done(Mode::Write, Some(value.value()), Some(new.value()));
                    }
                    Err(value) => {
                        explorer.ordered(&self.object, Ordered::Load, failure);
                        explorer.done(Mode::Read, Some(value.value()), None);
                    }
                }
                swapped
            }

            /// In every execution it begins with the same value, also if it lives longer than one.
            fn start_afresh(&self, explorer: &Explorer) {
                match self.object.age(explorer.execution()) {
                    Age::Known => {}
                    Age::New => self.initial.keep(self.real.load(Ordering::Relaxed)),
                    // ORDERING: within a check one thread does all the work.
                    Age::Old => {
                        if let Some(value) = self.initial.kept() {
                            self.real.store(value, Ordering::Relaxed);
                        }
                    }
                }
            }

            /// The value that loom is to start from.
            #[cfg(feature = "loom")]
            fn first(&self) -> u64 {
                self.initial.kept().unwrap_or_else(|| self.real.load(Ordering::Relaxed)).bits()
            }

            /// Brings the value back that loom has kept.
            #[cfg(feature = "loom")]
            fn settle(&mut self) {
                if let Driver::Loom(loom) = driver()
                    && let Some(bits) = loom.settle(&self.object)
                {
                    *self.real.get_mut() = Word::from_bits(bits);
                }
            }
        }

        impl $(<$type>)? fmt::Debug for $name $(<$type>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.real.fmt(f)
            }
        }

        impl $(<$type>)? From<$value> for $name $(<$type>)? {
            #[track_caller]
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }
    };
}
