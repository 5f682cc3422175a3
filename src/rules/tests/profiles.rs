//! The built-in profiles are all read, and know their ports broken out or not.

use super::*;

#[test]
fn every_profile_is_read_whole() {
    let counts: Vec<(&str, usize)> = PROFILES.iter().map(|(name, profile)| (*name, profile.ports.len())).collect();
    assert_eq!(counts.len(), 23);
    for (name, count) in [("vs", 49), ("celestica-ds5000", 67), ("dell-z9332f-on", 35), ("cumulus-vx", 34)] {
        assert!(counts.contains(&(name, count)), "{name}: {counts:?}");
    }
    for (name, profile) in PROFILES.iter() {
        for port in profile.ports.values() {
            let known = match port {
                Port::Management => true,
                Port::Group => !profile.groups.is_empty(),
                Port::Kind(kind, pipeline) => {
                    profile.kinds.contains_key(kind) && pipeline.is_none_or(|name| profile.pipelines.contains_key(name))
                }
            };
            assert!(known, "{name}: {port:?}");
        }
        assert!(profile.kinds.values().all(|kind| !kind.values.is_empty()), "{name}");
    }
}

#[test]
fn ports_follow_their_breakout() {
    let profile = &PROFILES["celestica-ds3000"];
    let none = BTreeMap::new();
    let four = BTreeMap::from([("E1/4", "4x25G")]);
    for (port, usual, broken_out) in [
        ("E1/4", true, true),
        ("E1/4/1", true, true),
        ("E1/4/4", false, true),
        ("E1/4/5", false, false),
        ("E1/4/01", false, false),
        ("E1/33", true, true),
        ("E1/33/1", false, false),
        ("E1/34", false, false),
        ("M1", true, true),
    ] {
        assert_eq!((profile.offers(port, &none), profile.offers(port, &four)), (usual, broken_out), "{port}");
    }
    assert_eq!((profile.count(&none).0, profile.count(&four).0), (33, 36));
}

#[test]
fn profiles_of_other_systems_need_their_setting() {
    let mut settings = Settings::default();
    assert!(find("vs", &settings).is_some() && find("vs-clsp", &settings).is_none());
    assert_eq!(
        (is_left_out("vs-clsp"), is_left_out("vs"), is_left_out("no")),
        (Some("celestica-sonic-plus"), None, None)
    );
    settings.celestica_sonic_plus = true;
    assert!(find("vs-clsp", &settings).is_some() && find("cumulus-vx", &settings).is_none());
}
