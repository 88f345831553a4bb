//! Forms with a large file (`multipart/form-data`, RFC 7578), read as they arrive: the fields first, which must stand
//! before the file, then the file piece by piece.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use http_body_util::{BodyExt as _, Limited};

use super::body::read_failure;
use super::multipart::{boundary, disposition, parameter};
use crate::layers::limits::BodyLimit;
use crate::problem::HttpProblem;
use usher_protocol::params::Params;

/// The most bytes of the headers or the value of one field.
const FIELD: usize = 16 * 1024;
/// The most fields before the file.
const MAX_FIELDS: usize = 20;

/// A form whose file is being received.
#[derive(Debug)]
pub struct StreamedForm {
    pub fields: Params,
    /// The file; `None` if none was chosen.
    pub file: Option<StreamedFile>,
}

/// A file that is being received.
#[derive(Debug)]
pub struct StreamedFile {
    /// Its name, as the browser says.
    pub name: String,
    body: BodyReader,
}

#[derive(Debug)]
struct BodyReader {
    body: Limited<Body>,
    limit: BodyLimit,
    /// Bytes that were received and not handed out.
    buffer: Vec<u8>,
    /// The line that ends a part, with the line break before it.
    delimiter: Vec<u8>,
    is_over: bool,
}

impl StreamedForm {
    /// Reads the fields of a form, up to its file.
    ///
    /// # Errors
    /// 400 if it is malformed, 408 past the deadline, 413 beyond the limit of the route.
    pub async fn open(request: Request) -> Result<Self, HttpProblem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = boundary(kind).ok_or_else(malformed)?.to_owned();
        let limit = request.extensions().get::<BodyLimit>().copied().unwrap_or_default();
        let mut body = BodyReader {
            body: Limited::new(request.into_body(), limit.0),
            limit,
            // The first boundary has no line break before it.
            buffer: b"\r\n".to_vec(),
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            is_over: false,
        };
        if !body.until_delimiter().await?.is_empty() {
            return Err(malformed());
        }
        let mut texts = Vec::new();
        for _ in 0..=MAX_FIELDS {
            if body.starts_with(b"--").await? {
                return Ok(Self { fields: Params::from_pairs(texts), file: None });
            }
            let headers = body.until(b"\r\n\r\n").await?;
            let headers = String::from_utf8(headers).map_err(|_| malformed())?;
            let disposition = disposition(&headers).ok_or_else(malformed)?;
            let name = parameter(disposition, "name").ok_or_else(malformed)?;
            match parameter(disposition, "filename") {
                None => {
                    let value = String::from_utf8(body.until_delimiter().await?).map_err(|_| malformed())?;
                    texts.push((name.to_owned(), value));
                }
                // Browsers send an empty name if no file was chosen.
                Some("") => drop(body.until_delimiter().await?),
                Some(file_name) => {
                    let file = StreamedFile { name: file_name.to_owned(), body };
                    return Ok(Self { fields: Params::from_pairs(texts), file: Some(file) });
                }
            }
        }
        Err(malformed())
    }
}

impl StreamedFile {
    /// The next piece; `None` at the end of the file.
    ///
    /// # Errors
    /// Those of [`StreamedForm::open`]; 400 if the form ends within the file.
    pub async fn next(&mut self) -> Result<Option<Bytes>, HttpProblem> {
        self.body.piece().await
    }
}

impl BodyReader {
    /// Receives more. `false` at the end.
    async fn receive(&mut self) -> Result<bool, HttpProblem> {
        loop {
            match self.body.frame().await {
                None => return Ok(false),
                Some(Err(error)) => return Err(read_failure(&*error, self.limit)),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                        return Ok(true);
                    }
                }
            }
        }
    }

    async fn starts_with(&mut self, bytes: &[u8]) -> Result<bool, HttpProblem> {
        while self.buffer.len() < bytes.len() {
            if !self.receive().await? {
                return Err(malformed());
            }
        }
        Ok(self.buffer.starts_with(bytes))
    }

    /// The bytes before this text, both of which are taken away.
    async fn until(&mut self, text: &[u8]) -> Result<Vec<u8>, HttpProblem> {
        loop {
            if let Some(at) = position(&self.buffer, text) {
                let before = self.buffer.drain(..at + text.len()).take(at).collect();
                return Ok(before);
            }
            if self.buffer.len() > FIELD || !self.receive().await? {
                return Err(malformed());
            }
        }
    }

    async fn until_delimiter(&mut self) -> Result<Vec<u8>, HttpProblem> {
        let delimiter = self.delimiter.clone();
        self.until(&delimiter).await
    }

    /// The next bytes before the delimiter. What may be the beginning of it is kept back.
    async fn piece(&mut self) -> Result<Option<Bytes>, HttpProblem> {
        while !self.is_over {
            if let Some(at) = position(&self.buffer, &self.delimiter) {
                self.is_over = true;
                self.buffer.truncate(at);
                return Ok(Some(Bytes::from(std::mem::take(&mut self.buffer))).filter(|piece| !piece.is_empty()));
            }
            let safe = self.buffer.len().saturating_sub(self.delimiter.len());
            if safe > 0 {
                return Ok(Some(Bytes::from(self.buffer.drain(..safe).collect::<Vec<u8>>())));
            }
            if !self.receive().await? {
                return Err(HttpProblem::bad_request("The file did not arrive as a whole."));
            }
        }
        Ok(None)
    }
}

fn position(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text)
}

fn malformed() -> HttpProblem {
    HttpProblem::bad_request("The form with the file cannot be read.")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request whose body arrives in pieces of `size` bytes.
    fn request(body: &[u8], size: usize) -> Request {
        let pieces: Vec<Result<Bytes, std::io::Error>> =
            body.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        Request::post("/").header(CONTENT_TYPE, "multipart/form-data; boundary=b").body(body).unwrap()
    }

    async fn read(body: &[u8], size: usize) -> Result<(Params, Option<Vec<u8>>), HttpProblem> {
        let form = StreamedForm::open(request(body, size)).await?;
        let Some(mut file) = form.file else { return Ok((form.fields, None)) };
        let mut content = Vec::new();
        while let Some(piece) = file.next().await? {
            content.extend_from_slice(&piece);
        }
        Ok((form.fields, Some(content)))
    }

    const FORM: &str = "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nt\r\n--b\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n\
        email\r\n--x\r\na@x.test\r\n\r\n--b--\r\n";

    #[tokio::test]
    async fn a_file_is_the_same_in_pieces_of_any_size() {
        for size in 1..FORM.len() {
            let (fields, file) = read(FORM.as_bytes(), size).await.unwrap();
            assert_eq!(fields.get("csrf"), Ok(Some("t")), "{size}");
            assert_eq!(file.as_deref(), Some(&b"email\r\n--x\r\na@x.test\r\n"[..]), "{size}");
        }
    }

    #[tokio::test]
    async fn a_form_that_is_cut_off_is_refused() {
        let end = FORM.len() - "--\r\n".len();
        for cut in 0..end {
            assert!(read(&FORM.as_bytes()[..cut], 7).await.is_err(), "{cut}");
        }
    }

    #[tokio::test]
    async fn no_chosen_file_is_none_and_a_field_that_is_too_long_is_refused() {
        let none = FORM.replace("a.csv", "");
        assert_eq!(read(none.as_bytes(), 7).await.unwrap().1, None);
        let long = FORM.replace("\r\n\r\nt\r\n", &format!("\r\n\r\n{}\r\n", "t".repeat(2 * FIELD)));
        assert!(StreamedForm::open(request(long.as_bytes(), 4096)).await.is_err());
    }
}
