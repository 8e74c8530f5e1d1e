use composemod::compose::{model::*, names::*};
use composemod::text::source::SourceFile;
fn main() {
    for p in std::env::args().skip(1) {
        let t = std::fs::read_to_string(&p).unwrap_or_default();
        let f = ComposeFile::parse(&SourceFile::new(p.clone(), t));
        if !f.errors.is_empty() {
            println!("{p}: ERR {:?}", f.errors[0]);
        }
        if !is_compose(&f) {
            println!("{p}: not compose");
        }
        let n = names(&f);
        if std::env::var("V").is_ok() {
            for r in &n.references {
                println!("  {:?} {} {} {:?}", r.namespace, r.name, r.place, r.form);
            }
            for t in &n.texts {
                println!("  text {:?} {:?}", f.doc.value(t.node), t.kind);
            }
        }
        println!("{p}: {} refs {} texts", n.references.len(), n.texts.len());
    }
}
