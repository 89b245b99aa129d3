//! Structures that consist of counts: each count is named once, and what is done to all of them is made from that list.

/// Declares a structure all of whose members are `u64`.
macro_rules! counts {
    ($(#[$about:meta])* pub struct $name:ident { $($(#[$meaning:meta])* pub $count:ident: u64,)+ }) => {
        $(#[$about])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$meaning])* pub $count: u64,)+
        }

        impl $name {
            /// Combines each count with that of the same name.
            #[must_use]
            pub fn combine(self, other: Self, with: fn(u64, u64) -> u64) -> Self {
                Self { $($count: with(self.$count, other.$count)),+ }
            }
        }

        impl core::ops::Add for $name {
            type Output = Self;

            fn add(self, other: Self) -> Self {
                self.combine(other, u64::wrapping_add)
            }
        }

        impl core::ops::Sub for $name {
            type Output = Self;

            fn sub(self, earlier: Self) -> Self {
                self.combine(earlier, u64::wrapping_sub)
            }
        }

        impl core::iter::Sum for $name {
            fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
                all.fold(Self::default(), |sum, one| sum + one)
            }
        }

        #[cfg(feature = "user")]
        // SAFETY: repr(C), made of u64 only: no padding, every bit pattern is a value.
        unsafe impl aya::Pod for $name {}
    };
}
pub(crate) use counts;

#[cfg(test)]
mod tests {
    counts! {
        /// Two counts.
        pub struct Two {
            /// One.
            pub one: u64,
            /// The other.
            pub other: u64,
        }
    }

    #[test]
    fn all_counts_are_combined_by_name() {
        let (early, late) = (Two { one: 1, other: 20 }, Two { one: 3, other: 50 });
        assert_eq!(late - early, Two { one: 2, other: 30 });
        assert_eq!([early, late, early].into_iter().sum::<Two>(), Two { one: 5, other: 90 });
        assert_eq!(early.combine(late, u64::saturating_sub), Two::default());
    }
}
