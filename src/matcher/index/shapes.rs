//! Shapes: the labels that some selector names, of objects that look alike to every selector.
//!
//! A cluster has many objects and few shapes: replicas of an app differ in nothing that a selector sees. Labels that no
//! selector names do not count, so that the labels of single pods do not part them.

use rustc_hash::FxHashMap;

use crate::intern::{LabelSet, Symbol};
use crate::matcher::labels::{EffectiveLabels, Unknown};
use crate::snapshot::Snapshot;

/// A label's name, of those that some selector names.
pub(super) type Key = u32;
/// A label's name and value: the name in the upper half.
pub(super) type Pair = u64;
/// The number of a shape.
pub(super) type Shape = u32;

/// The shapes of the objects of a snapshot.
#[derive(Default)]
pub(super) struct Shapes<'a> {
    keys: FxHashMap<&'a str, Key>,
    /// The values of each name, in the order of their numbers.
    values: Vec<Vec<&'a str>>,
    numbers: FxHashMap<(Key, &'a str), u32>,
    /// Pairs by where their symbols are kept: texts are compared once.
    known_keys: FxHashMap<usize, Option<Key>>,
    known_pairs: FxHashMap<(Key, usize), Pair>,
    /// Lists of profiles by where their names are kept.
    profiles: FxHashMap<Vec<usize>, u32>,
    inherited: Vec<Inherited>,
    objects: FxHashMap<(usize, u32), Shape>,
    by_pairs: FxHashMap<(Box<[Pair]>, Unknown), Shape>,
    /// The pairs of all shapes, one behind the other.
    pairs: Vec<Pair>,
    /// Where the pairs of each shape end, and what is not known of it.
    shapes: Vec<(usize, Unknown)>,
    /// Reused for every object.
    places: Vec<usize>,
}

/// What a list of profiles gives.
struct Inherited {
    pairs: Vec<Pair>,
    unknown: Unknown,
}

pub(super) fn key_of(pair: Pair) -> Key {
    (pair >> 32) as Key
}

pub(super) fn value_of(pair: Pair) -> usize {
    (pair & u64::from(u32::MAX)) as usize
}

pub(super) fn pair(key: Key, value: u32) -> Pair {
    (u64::from(key) << 32) | u64::from(value)
}

impl<'a> Shapes<'a> {
    /// Counts a label that a selector names.
    pub(super) fn name(&mut self, label: &'a str) {
        let next = Key::try_from(self.keys.len()).unwrap_or(Key::MAX);
        self.keys.entry(label).or_insert_with(|| {
            self.values.push(Vec::new());
            next
        });
    }

    /// Takes an object. Every label that matters must have been named.
    pub(super) fn take(
        &mut self,
        labels: &'a LabelSet,
        profiles: &'a [Symbol],
        snapshot: &'a Snapshot,
    ) -> Shape {
        let number = self.list(labels, profiles, snapshot);
        let object = (labels.place(), number);
        if let Some(shape) = self.objects.get(&object) {
            return *shape;
        }
        let mut pairs: Vec<Pair> = Vec::new();
        for (key, value) in labels.symbols() {
            pairs.extend(self.pair(key, value));
        }
        let own = pairs.len();
        let mut unknown = Unknown::default();
        if let Some(inherited) = self.inherited.get(number as usize) {
            unknown = inherited.unknown;
            for pair in &inherited.pairs {
                let mut hiding = pairs.iter().take(own);
                if !hiding.any(|known| key_of(*known) == key_of(*pair)) {
                    pairs.push(*pair);
                }
            }
        }
        pairs.sort_unstable();
        let shape = self.shape(pairs.into(), unknown);
        self.objects.insert(object, shape);
        shape
    }

    /// The shape of an object that was taken.
    pub(super) fn of(&self, labels: &LabelSet, profiles: &[Symbol]) -> Option<Shape> {
        let places: Vec<usize> = profiles.iter().map(Symbol::place).collect();
        let number = self.profiles.get(&places)?;
        self.objects.get(&(labels.place(), *number)).copied()
    }

    /// Each shape's pairs, sorted, and what is not known of it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Shape, &[Pair], Unknown)> {
        let mut start = 0;
        (0..).zip(&self.shapes).map(move |(at, (end, unknown))| {
            let pairs = self.pairs.get(start..*end).unwrap_or_default();
            start = *end;
            (at, pairs, *unknown)
        })
    }

    pub(super) fn get(&self, shape: Shape) -> (&[Pair], Unknown) {
        let at = shape as usize;
        let Some((end, unknown)) = self.shapes.get(at) else {
            return (&[], Unknown::default());
        };
        let before = at.checked_sub(1).and_then(|at| self.shapes.get(at));
        let start = before.map_or(0, |(end, _)| *end);
        (self.pairs.get(start..*end).unwrap_or_default(), *unknown)
    }

    pub(super) fn len(&self) -> usize {
        self.shapes.len()
    }

    /// The number of a label's name, where some selector names it.
    pub(super) fn key(&self, label: &str) -> Option<Key> {
        self.keys.get(label).copied()
    }

    /// The values that objects have for a label, in the order of their numbers.
    pub(super) fn values(&self, key: Key) -> &[&'a str] {
        self.values.get(key as usize).map_or(&[], Vec::as_slice)
    }

    /// The pair of a name and a value, where some object has it.
    pub(super) fn find(&self, key: Key, value: &str) -> Option<Pair> {
        self.numbers
            .get(&(key, value))
            .map(|number| pair(key, *number))
    }

    /// The number of a list of profiles.
    fn list(
        &mut self,
        labels: &'a LabelSet,
        profiles: &'a [Symbol],
        snapshot: &'a Snapshot,
    ) -> u32 {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        places.extend(profiles.iter().map(Symbol::place));
        let known = self.profiles.get(&places).copied();
        let number = known.unwrap_or_else(|| {
            let effective = EffectiveLabels::of(labels, profiles, snapshot);
            let mut pairs: Vec<Pair> = Vec::new();
            for (key, value) in effective.parents().flat_map(LabelSet::symbols) {
                // Where another profile could not be read, it may have been the first to give the label.
                let open = Unknown::of_label(key).meets(effective.unknown());
                let Some(pair) = self.pair(key, value).filter(|_| !open) else {
                    continue;
                };
                if !pairs.iter().any(|known| key_of(*known) == key_of(pair)) {
                    pairs.push(pair);
                }
            }
            let number = u32::try_from(self.inherited.len()).unwrap_or(u32::MAX);
            let unknown = effective.unknown();
            self.inherited.push(Inherited { pairs, unknown });
            self.profiles.insert(places.clone(), number);
            number
        });
        self.places = places;
        number
    }

    fn pair(&mut self, key: &'a Symbol, value: &'a Symbol) -> Option<Pair> {
        let names = &self.keys;
        let known = self.known_keys.entry(key.place());
        let key = (*known.or_insert_with(|| names.get(key.as_str()).copied()))?;
        if let Some(pair) = self.known_pairs.get(&(key, value.place())) {
            return Some(*pair);
        }
        let values = self.values.get_mut(key as usize)?;
        let number = *self
            .numbers
            .entry((key, value.as_str()))
            .or_insert_with(|| {
                values.push(value.as_str());
                u32::try_from(values.len() - 1).unwrap_or(u32::MAX)
            });
        let pair = pair(key, number);
        self.known_pairs.insert((key, value.place()), pair);
        Some(pair)
    }

    fn shape(&mut self, pairs: Box<[Pair]>, unknown: Unknown) -> Shape {
        let next = Shape::try_from(self.shapes.len()).unwrap_or(Shape::MAX);
        let (shapes, all) = (&mut self.shapes, &mut self.pairs);
        let known = self.by_pairs.entry((pairs, unknown));
        *known.or_insert_with_key(|(pairs, unknown)| {
            all.extend_from_slice(pairs);
            shapes.push((all.len(), *unknown));
            next
        })
    }
}
