//! The typed index of one fabric: each object read once, with the cluster's defaults, and found by kind and name.

use std::collections::BTreeMap;

use crate::fabric::settings::Settings;
use crate::verdict::code::Code;
use crate::verdict::identity::{DEFAULT_NAMESPACE, Identity};
use crate::yaml::{Node, Span};

use super::breach::Bench;
use super::connections::Connection;
use super::externals::External;
use super::ipv4_namespaces::Ipv4Namespace;
use super::names::{self, LabelFault};
use super::read::{Fields, shown};
use super::switches::Switch;
use super::vlan_namespaces::VlanNamespace;
use super::vpcs::Vpc;
use super::what::What;

/// One object of a fabric.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// What it is.
    pub identity: &'a Identity,
    /// Its document's value.
    pub root: &'a Node,
    /// Whether it passed every level before the rules: syntax, identity and schema. One that did not is known by name only.
    pub sound: bool,
}

/// Why an object that passed the levels before is not in the cluster.
#[derive(Debug)]
enum Unfit {
    /// It is in a namespace that Hedgehog does not take.
    Namespace,
    /// Another document is the same object.
    Twice(usize),
    /// A label cannot be.
    Label(LabelFault),
}

/// The objects of one fabric, read once.
#[derive(Debug)]
pub struct Index<'a> {
    pub(super) objects: &'a [Object<'a>],
    pub(super) settings: &'a Settings,
    present: BTreeMap<(What, &'a str), usize>,
    refused: BTreeMap<(What, &'a str), usize>,
    unfit: Vec<(usize, Unfit)>,
    pub(super) vlan_namespaces: BTreeMap<&'a str, VlanNamespace>,
    pub(super) ipv4_namespaces: BTreeMap<&'a str, Ipv4Namespace<'a>>,
    pub(super) switches: BTreeMap<&'a str, Switch<'a>>,
    pub(super) connections: BTreeMap<&'a str, Connection<'a>>,
    pub(super) vpcs: BTreeMap<&'a str, Vpc<'a>>,
    pub(super) externals: BTreeMap<&'a str, External<'a>>,
}

/// Building
impl<'a> Index<'a> {
    /// Reads all objects of one fabric. Their order decides only which of two same ones counts: the first.
    pub fn build(objects: &'a [Object<'a>], settings: &'a Settings) -> Self {
        let mut index = Self {
            objects,
            settings,
            present: BTreeMap::new(),
            refused: BTreeMap::new(),
            unfit: Vec::new(),
            vlan_namespaces: BTreeMap::new(),
            ipv4_namespaces: BTreeMap::new(),
            switches: BTreeMap::new(),
            connections: BTreeMap::new(),
            vpcs: BTreeMap::new(),
            externals: BTreeMap::new(),
        };
        for (id, object) in objects.iter().enumerate() {
            index.add(id, object);
        }
        index
    }

    fn add(&mut self, id: usize, object: &Object<'a>) {
        let Some(what) = What::of(object.identity) else { return };
        let name = object.identity.name.as_str();
        let key = (what, name);
        if object.identity.namespace != DEFAULT_NAMESPACE {
            if object.sound {
                self.unfit.push((id, Unfit::Namespace));
            }
            self.refused.entry(key).or_insert(id);
            return;
        }
        if !object.sound {
            self.refused.entry(key).or_insert(id);
            return;
        }
        if let Some(first) = self.present.get(&key) {
            self.unfit.push((id, Unfit::Twice(*first)));
            return;
        }
        let root = Fields::of(object.root);
        let connection = (what == What::Connection).then(|| Connection::read(id, root.sub("spec")));
        if let Some(fault) = names::label_fault(what, root, connection.as_ref()) {
            self.unfit.push((id, Unfit::Label(fault)));
            self.refused.entry(key).or_insert(id);
            return;
        }
        self.present.insert(key, id);
        self.read(id, what, name, root.sub("spec"), connection);
    }

    fn read(&mut self, id: usize, what: What, name: &'a str, spec: Fields<'a>, connection: Option<Connection<'a>>) {
        match what {
            What::VlanNamespace => {
                self.vlan_namespaces.insert(name, VlanNamespace::read(id, spec));
            }
            What::Ipv4Namespace => {
                self.ipv4_namespaces.insert(name, Ipv4Namespace::read(id, spec));
            }
            What::Switch => {
                self.switches.insert(name, Switch::read(id, spec, self.settings));
            }
            What::Vpc => {
                self.vpcs.insert(name, Vpc::read(id, spec));
            }
            What::External => {
                self.externals.insert(name, External::read(id, spec));
            }
            _ => self.connections.extend(connection.map(|connection| (name, connection))),
        }
    }
}

/// Lookup
impl<'a> Index<'a> {
    /// The object of this kind and name, if the cluster would have it.
    pub(super) fn find(&self, what: What, name: &str) -> Option<usize> {
        self.present.get(&(what, name)).copied()
    }

    /// The document of this kind and name that the cluster does not take.
    pub(super) fn find_refused(&self, what: What, name: &str) -> Option<usize> {
        self.refused.get(&(what, name)).copied()
    }

    /// All objects of a kind, by name.
    pub(super) fn all(&self, what: What) -> impl Iterator<Item = (&'a str, usize)> {
        let range = self.present.range((what, "")..).take_while(move |((kind, _), _)| *kind == what);
        range.map(|((_, name), id)| (*name, *id))
    }

    /// An object's document.
    pub(super) fn root(&self, id: usize) -> Fields<'a> {
        Fields::of(self.objects[id].root)
    }

    /// An object's spec.
    pub(super) fn spec(&self, id: usize) -> Fields<'a> {
        self.root(id).sub("spec")
    }

    /// Where an object says its name.
    pub(super) fn name_at(&self, id: usize) -> Span {
        self.root(id).sub("metadata").at("name")
    }

    /// An object as messages say it.
    pub(super) fn called(&self, id: usize) -> String {
        shown(&self.objects[id].identity.to_string())
    }

    /// Says of each object that is unfit for the cluster why.
    pub(super) fn say_unfit(&self, bench: &mut Bench) {
        for (id, unfit) in &self.unfit {
            let metadata = self.root(*id).sub("metadata");
            match unfit {
                Unfit::Namespace => {
                    let message =
                        format!("the namespace is {}, not default", shown(&self.objects[*id].identity.namespace));
                    bench.say(Code::NamespaceNotDefault, *id, metadata.at("namespace"), message);
                }
                Unfit::Twice(first) => {
                    let message = format!("{} is there already", self.called(*id));
                    let breach = bench.say(Code::DuplicateIdentity, *id, metadata.at("name"), message);
                    breach.related(*first, self.name_at(*first), "the first one");
                }
                Unfit::Label(fault) => {
                    bench.say(fault.code, *id, fault.span, fault.message.clone());
                }
            }
        }
    }
}
