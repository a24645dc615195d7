//! Where generated code finds this library.

use proc_macro_crate::{Error, FoundCrate, crate_name};
use proc_macro2::{Ident, Span};
use syn::{Path, parse_quote};

/// The path of the library: `jobs-pg` if this package depends on it, else `jobs-core`.
pub(crate) fn find() -> syn::Result<Path> {
    find_among(&["jobs-pg", "jobs-core"])
}

/// The path of `jobs-pg`, for what `jobs-core` does not have.
pub(crate) fn find_jobs_pg() -> syn::Result<Path> {
    find_among(&["jobs-pg"])
}

fn find_among(packages: &[&str]) -> syn::Result<Path> {
    for package in packages {
        match crate_name(package) {
            Ok(FoundCrate::Name(name)) => return Ok(outer(&name)),
            Ok(FoundCrate::Itself) => return Ok(outer(&package.replace('-', "_"))),
            Err(Error::CrateNotFound { .. }) => {}
            // Not built by cargo: nothing renames the library there.
            Err(_) => return Ok(outer(&package.replace('-', "_"))),
        }
    }
    let wanted = packages.join(" or ");
    let message = format!(
        "cannot find {wanted} among the dependencies of this package; add `{}` to its Cargo.toml, or say where it is \
         with `crate = path`",
        packages[0]
    );
    Err(syn::Error::new(Span::call_site(), message))
}

fn outer(name: &str) -> Path {
    let name = Ident::new(name, Span::call_site());
    parse_quote!(::#name)
}
