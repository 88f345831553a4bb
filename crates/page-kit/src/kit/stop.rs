//! Why a handler stops before its end.

use axum::response::{IntoResponse, Response};

use usher_http_server::problem::HttpProblem;

/// The response of a handler.
pub type PageResult = Result<Response, PageStop>;

/// What a handler responds with instead of its page.
#[derive(Debug)]
pub enum PageStop {
    /// An error page.
    Problem(Box<HttpProblem>),
    /// Any other response, such as a redirect to the sign-in page.
    Answer(Box<Response>),
}

impl IntoResponse for PageStop {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Answer(response) => *response,
        }
    }
}

impl PageStop {
    pub fn answer(response: Response) -> Self {
        Self::Answer(Box::new(response))
    }
}

impl<E: Into<HttpProblem>> From<E> for PageStop {
    fn from(error: E) -> Self {
        Self::Problem(Box::new(error.into()))
    }
}
