//! Into how many slices a table is cut.

use crate::Settings;

/// How many slices there may be, and how large one should be.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// At most so many slices.
    pub most: usize,
    /// About so many bytes of the source in each.
    pub bytes: u64,
    /// What one can be read of in a function's time: of a table that has more than `most` of these there are more slices, up to
    /// [`Sizes::MOST`]. None where `most` is somebody's will.
    pub largest: Option<u64>,
}

impl Sizes {
    /// How many slices there are of a table at most, unless somebody has set another number: Athena runs them side by side, and
    /// PostgreSQL takes a hundred sessions by default.
    pub const USUAL: usize = 32;

    /// No more slices than this are made for want of time.
    pub const MOST: usize = 256;

    /// At 64 MB/s, which is what a slow function takes in, four minutes of the fifteen that it may have.
    pub const LARGEST: u64 = 16 << 30;

    /// What these settings want.
    pub fn of(settings: &Settings) -> Self {
        let largest = settings.max_splits.is_none().then_some(Self::LARGEST);
        Self { most: settings.max_splits.unwrap_or(Self::USUAL), bytes: settings.split_bytes, largest }
    }

    /// These for a table of so many bytes, where that is known.
    pub(super) fn of_table(self, bytes: Option<u64>) -> Self {
        let least = self.largest.zip(bytes).map_or(0, |(largest, bytes)| pieces(bytes.into(), largest));
        Self { most: self.most.max(least.min(Self::MOST)), largest: None, ..self }
    }

    /// Into how many slices so many bytes of a table are cut.
    pub(super) fn parts(self, bytes: u128) -> usize {
        pieces(bytes, self.bytes).clamp(1, self.most)
    }
}

fn pieces(bytes: u128, size: u64) -> usize {
    usize::try_from(bytes.div_ceil(size.max(1).into())).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_too_large_for_as_many_slices_has_more_unless_somebody_has_set_how_many() {
        const GB: u64 = 1 << 30;
        let settings = |max_splits| Settings { max_splits, ..Settings::default() };
        let (usual, set) = (Sizes::of(&settings(None)), Sizes::of(&settings(Some(20))));
        for (bytes, of_usual, of_set) in [
            (0, 1, 1),
            (GB / 8 + 1, 2, 2),
            (GB, 8, 8),
            (512 * GB, 32, 20),
            (1_024 * GB, 64, 20),
            (100_000 * GB, 256, 20),
        ] {
            let parts = [usual, set].map(|sizes| sizes.of_table(Some(bytes)).parts(bytes.into()));
            assert_eq!(parts, [of_usual, of_set], "{bytes}");
        }
        let unknown = usual.of_table(None);
        assert_eq!([1, u128::from(u64::MAX) / 2, u64::MAX.into()].map(|bytes| unknown.parts(bytes)), [1, 32, 32]);
    }
}
