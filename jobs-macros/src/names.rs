//! Names made from names: the handle from the function, the field from the entity.

use heck::{ToKebabCase, ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;
use syn::ext::IdentExt;

/// The name without a leading `r#`.
pub(crate) fn bare(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// `send_mail` becomes `SendMail`, at the same place in the source.
pub(crate) fn upper_camel(ident: &Ident) -> Ident {
    let name = bare(ident).to_upper_camel_case();
    // A name such as `_1` leaves nothing that could begin an identifier.
    let begins_well = name.starts_with(|c: char| c.is_alphabetic());
    let name = if begins_well {
        name
    } else {
        format!("Job{name}")
    };
    legal(&name, ident)
}

/// `TaskList` becomes `task_list`, at the same place in the source.
pub(crate) fn snake(ident: &Ident) -> Ident {
    legal(&bare(ident).to_snake_case(), ident)
}

/// The name as sqlx's `rename_all` has it; an unknown case, which sqlx refuses, changes nothing.
pub(crate) fn in_case(name: &str, case: &str) -> String {
    match case {
        "lowercase" => name.to_lowercase(),
        "UPPERCASE" => name.to_uppercase(),
        "snake_case" => name.to_snake_case(),
        "SCREAMING_SNAKE_CASE" => name.to_shouty_snake_case(),
        "kebab-case" => name.to_kebab_case(),
        "camelCase" => name.to_lower_camel_case(),
        "PascalCase" => name.to_upper_camel_case(),
        _ => name.to_owned(),
    }
}

/// The first place of the word among the tokens.
pub(crate) fn find(word: &str, tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => find(word, group.stream()),
        TokenTree::Ident(ident) if ident == word => Some(ident.span()),
        _ => None,
    })
}

/// The first place of the name in the type where it is not the end of a path.
pub(crate) fn find_alone(name: &Ident, ty: &Type) -> Option<Span> {
    fn find(name: &Ident, tokens: TokenStream) -> Option<Span> {
        let mut after_colon = false;
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) if ident == name && !after_colon => {
                    return Some(ident.span());
                }
                TokenTree::Group(group) => {
                    if let Some(span) = find(name, group.stream()) {
                        return Some(span);
                    }
                }
                _ => {}
            }
            after_colon = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':');
        }
        None
    }
    find(name, ty.to_token_stream())
}

/// An identifier, raw if the name is a keyword.
fn legal(name: &str, at: &Ident) -> Ident {
    match (syn::parse_str::<Ident>(name), name) {
        (Ok(_), _) => Ident::new(name, at.span()),
        // These four cannot even be raw.
        (Err(_), "self" | "Self" | "super" | "crate") => Ident::new(&format!("{name}_"), at.span()),
        (Err(_), _) => Ident::new_raw(name, at.span()),
    }
}

#[cfg(test)]
mod tests {
    use super::{in_case, snake, upper_camel};

    fn ident(text: &str) -> syn::Ident {
        syn::parse_str(text).expect("an identifier")
    }

    #[test]
    fn a_handle_is_the_function_in_upper_camel_case() {
        let cases = [
            ("my_special_job", "MySpecialJob"),
            ("job", "Job"),
            ("r#move", "Move"),
            ("r#self_test", "SelfTest"),
            ("_private", "Private"),
            ("step__two_", "StepTwo"),
            ("v2_import", "V2Import"),
            ("_2fast", "Job2fast"),
            ("sendMail", "SendMail"),
            ("über_job", "ÜberJob"),
        ];
        for (function, handle) in cases {
            assert_eq!(upper_camel(&ident(function)), handle);
        }
    }

    #[test]
    fn a_field_is_the_entity_in_snake_case() {
        let cases = [
            ("Task", "task"),
            ("TaskList", "task_list"),
            ("HTTPServer", "http_server"),
            ("UserV2", "user_v2"),
            ("Ab_Cd", "ab_cd"),
            ("task", "task"),
        ];
        for (entity, field) in cases {
            assert_eq!(snake(&ident(entity)), field);
        }
    }

    #[test]
    fn a_column_is_the_field_in_the_case_that_sqlx_reads_it_by() {
        let cases = [
            ("lowercase", "is__done"),
            ("UPPERCASE", "IS__DONE"),
            ("snake_case", "is_done"),
            ("SCREAMING_SNAKE_CASE", "IS_DONE"),
            ("kebab-case", "is-done"),
            ("camelCase", "isDone"),
            ("PascalCase", "IsDone"),
        ];
        for (case, column) in cases {
            assert_eq!(in_case("is__done", case), column);
        }
    }

    #[test]
    fn a_keyword_becomes_a_raw_identifier() {
        assert_eq!(snake(&ident("Type")).to_string(), "r#type");
        assert_eq!(snake(&ident("Crate")).to_string(), "crate_");
    }
}
