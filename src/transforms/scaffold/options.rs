//! What `scaffold dashboard` is asked to make, ready to use.

use crate::transforms::plan::PlanError;

/// The provisioner's client for a dashboard, and the service that it calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scaffold {
    /// The Python file to be made, by path from the root.
    pub path: String,
    /// The Postgres server's service; none where the one there is is meant.
    pub server: Option<String>,
    /// The server's superuser; none where the files say it.
    pub superuser: Option<String>,
    /// The name of the provisioner's service.
    pub service: String,
    /// The dashboard's service; none where the files tell which runs the Python file.
    pub dashboard: Option<String>,
    /// The image of the provisioner's service; none for [`default_image`].
    pub image: Option<String>,
    /// The Compose files of the one project meant, from the root, in order (`-f`).
    pub files: Vec<String>,
    /// The folder of the project meant, from the root.
    pub project: Option<String>,
}

/// The port that the provisioner's service listens on, inside the project's networks only.
pub const PORT: u16 = 8642;

/// The name of the provisioner's service where none is asked for.
pub const DEFAULT_SERVICE: &str = "database-provisioner";

/// The variable by which the Python class knows where the service is.
pub(super) const URL: &str = "DATABASE_PROVISIONER_URL";

/// The variable by which it knows the file with its token.
pub(super) const TOKEN_FILE: &str = "DATABASE_PROVISIONER_TOKEN_FILE";

/// Gives the image that is used where none is asked for: the one that this version's Dockerfile
/// makes, under this version's tag.
#[must_use]
pub fn default_image() -> String {
    format!("composemod:{}", env!("CARGO_PKG_VERSION"))
}

impl Scaffold {
    /// Checks the names asked for.
    ///
    /// # Errors
    /// One of them can't be used.
    pub(super) fn check(&self) -> Result<(), PlanError> {
        let wrong = |flag, value: &str, problem: &str| {
            let (value, problem) = (value.to_owned(), problem.to_owned());
            Err(PlanError::InvalidArgument { flag, value, problem })
        };
        let is_host = |name: &str| {
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
                && name.bytes().all(is_word)
                && name.len() <= 63
        };
        if !self.path.ends_with(".py") {
            let problem = "the class is Python, so name a file that ends with `.py`";
            return wrong("--path", &self.path, problem);
        }
        if !is_host(&self.service) {
            let problem = "a service that is called by its name is at most 63 letters, digits, `-` and `_`, the first of them a letter or digit";
            return wrong("--service-name", &self.service, problem);
        }
        for (other, is) in [(&self.server, "Postgres server"), (&self.dashboard, "dashboard")] {
            if other.as_ref() == Some(&self.service) {
                let problem =
                    format!("the {is} has that name, and the provisioner is another service");
                return wrong("--service-name", &self.service, &problem);
            }
        }
        Ok(())
    }

    /// Gives the name of a secret of the provisioner's: `database_provisioner_token`.
    pub(super) fn secret(&self, what: &str) -> String {
        format!("{}_{what}", self.service.replace('-', "_"))
    }

    /// Gives where the service is called.
    pub(super) fn url(&self) -> String {
        format!("http://{}:{PORT}", self.service)
    }
}
