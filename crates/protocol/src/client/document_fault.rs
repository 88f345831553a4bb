//! Why a client has no usable metadata document.

/// The fault of a client ID metadata document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientDocumentFault {
    /// Clients of this kind are not accepted.
    NotOffered,
    Url,
    HostNotAllowed,
    Unavailable,
    NotJson,
    OtherClientId,
    SharedSecret,
    Metadata,
}

impl ClientDocumentFault {
    /// The fault in one sentence. It contains nothing of the request and of the document.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotOffered => "client_id is a URL, and registration.documents is off",
            Self::Url => {
                "client_id is no https URL with a path and without fragment, user name, dot segments and needless parts"
            }
            Self::HostNotAllowed => "the host of client_id is not allowed here",
            Self::Unavailable => {
                "the metadata document at client_id cannot be fetched: it must answer 200 within the limits"
            }
            Self::NotJson => "the metadata document at client_id is no JSON object of an acceptable content type",
            Self::OtherClientId => "the client_id in the metadata document is not the URL of the document",
            Self::SharedSecret => "the metadata document names a client_secret or a method that needs one",
            Self::Metadata => "the metadata document is invalid: the log names each fault",
        }
    }
}
