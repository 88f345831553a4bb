//! Settings of common libraries with a client's real values. Each is that of a guide, which tests run.

use super::script;

/// The values of a client.
#[derive(Clone, Copy)]
pub(super) struct StackValues<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    /// The secret; without it the code reads the environment.
    pub secret: Option<&'a str>,
    pub redirect_uri: &'a str,
}

/// A library or program.
pub(super) struct Stack {
    /// Its name in URLs.
    pub key: &'static str,
    pub title: &'static str,
    /// How it is installed.
    pub install: &'static str,
    /// The file that the code belongs to.
    pub file: &'static str,
    /// The guide.
    pub guide: &'static str,
    /// How the redirect URI ends, if the library decides that.
    pub callback: Option<&'static str>,
    pub code: fn(&StackValues<'_>) -> String,
}

/// For applications on a server.
pub(super) const WEB: &[Stack] = &[
    Stack {
        key: "auth-js",
        title: "Auth.js",
        install: "npm install next-auth",
        file: "auth.ts",
        guide: "auth-js",
        callback: Some("/callback/usher"),
        code: |values| {
            format!(
                "export const {{ handlers, auth }} = NextAuth({{\n  providers: [{{\n    id: 'usher', name: 'Usher', type: 'oidc',\n    \
                 issuer: {},\n    clientId: {},\n    clientSecret: {},\n    checks: ['pkce', 'state', 'nonce'],\n  }}],\n}})\n",
                script(values.issuer),
                script(values.client_id),
                values.secret_in(script, "process.env.USHER_CLIENT_SECRET"),
            )
        },
    },
    Stack {
        key: "express",
        title: "Express",
        install: "npm install express express-openid-connect",
        file: "app.js",
        guide: "express-openid-connect",
        callback: Some("/callback"),
        code: |values| {
            format!(
                "app.use(auth({{\n  issuerBaseURL: {},\n  baseURL: {},\n  clientID: {},\n  clientSecret: {},\n  \
                 secret: process.env.COOKIE_SECRET,\n  authorizationParams: {{ response_type: 'code', scope: 'openid profile email' }},\n  \
                 idpLogout: true,\n}}))\n",
                script(values.issuer),
                script(&values.base()),
                script(values.client_id),
                values.secret_in(script, "process.env.USHER_CLIENT_SECRET"),
            )
        },
    },
    Stack {
        key: "passport",
        title: "Passport",
        install: "npm install passport passport-openidconnect",
        file: "app.js",
        guide: "passport",
        callback: None,
        code: |values| {
            let at = |path: &str| script(&format!("{}{path}", values.issuer));
            format!(
                "passport.use(new OpenIDConnectStrategy({{\n  issuer: {},\n  authorizationURL: {},\n  tokenURL: {},\n  \
                 userInfoURL: {},\n  clientID: {},\n  clientSecret: {},\n  callbackURL: {},\n  scope: ['profile', 'email'],\n\
                 }}, (issuer, profile, done) => done(null, profile)))\n",
                script(values.issuer),
                at(usher_protocol::endpoints::AUTHORIZE),
                at(usher_protocol::endpoints::TOKEN),
                at(usher_protocol::endpoints::USERINFO),
                script(values.client_id),
                values.secret_in(script, "process.env.USHER_CLIENT_SECRET"),
                script(values.redirect_uri),
            )
        },
    },
    Stack {
        key: "authlib",
        title: "Authlib (Flask, FastAPI)",
        install: "pip install authlib flask requests",
        file: "app.py",
        guide: "authlib",
        callback: None,
        code: |values| {
            format!(
                "usher = OAuth(app).register(\n    \"usher\",\n    client_id={},\n    client_secret={},\n    \
                 server_metadata_url={},\n    client_kwargs={{\"scope\": \"openid profile email\", \"code_challenge_method\": \"S256\"}},\n)\n\n\
                 @app.get(\"/login\")\ndef login():\n    return usher.authorize_redirect({})\n",
                quoted(values.client_id),
                values.secret_in(quoted, "os.environ[\"USHER_CLIENT_SECRET\"]"),
                quoted(&values.discovery()),
                quoted(values.redirect_uri),
            )
        },
    },
    Stack {
        key: "django",
        title: "Django",
        install: "pip install mozilla-django-oidc",
        file: "settings.py",
        guide: "django",
        callback: Some("/oidc/callback/"),
        code: |values| {
            let at = |path: &str| quoted(&format!("{}{path}", values.issuer));
            format!(
                "OIDC_RP_CLIENT_ID = {}\nOIDC_RP_CLIENT_SECRET = {}\nOIDC_RP_SIGN_ALGO = \"RS256\"\nOIDC_RP_SCOPES = \"openid profile email\"\n\
                 OIDC_USE_PKCE = True\nOIDC_OP_AUTHORIZATION_ENDPOINT = {}\nOIDC_OP_TOKEN_ENDPOINT = {}\nOIDC_OP_USER_ENDPOINT = {}\n\
                 OIDC_OP_JWKS_ENDPOINT = {}\n",
                quoted(values.client_id),
                values.secret_in(quoted, "os.environ[\"USHER_CLIENT_SECRET\"]"),
                at(usher_protocol::endpoints::AUTHORIZE),
                at(usher_protocol::endpoints::TOKEN),
                at(usher_protocol::endpoints::USERINFO),
                at(usher_protocol::endpoints::JWKS),
            )
        },
    },
    Stack {
        key: "spring",
        title: "Spring Boot",
        install: "org.springframework.boot:spring-boot-starter-oauth2-client",
        file: "application.yml",
        guide: "spring",
        callback: Some("/login/oauth2/code/usher"),
        code: |values| {
            format!(
                "spring:\n  security:\n    oauth2:\n      client:\n        registration:\n          usher:\n            client-id: {}\n            \
                 client-secret: {}\n            scope: openid,profile,email\n        provider:\n          usher:\n            issuer-uri: {}\n",
                quoted(values.client_id),
                values.secret_in(quoted, "${USHER_CLIENT_SECRET}"),
                quoted(values.issuer),
            )
        },
    },
    Stack {
        key: "asp-net-core",
        title: "ASP.NET Core",
        install: "dotnet add package Microsoft.AspNetCore.Authentication.OpenIdConnect",
        file: "Program.cs",
        guide: "asp-net-core",
        callback: Some("/signin-oidc"),
        code: |values| {
            format!(
                "builder.Services\n    .AddAuthentication(options => options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme)\n    \
                 .AddCookie()\n    .AddOpenIdConnect(options =>\n    {{\n        options.Authority = {};\n        options.ClientId = {};\n        \
                 options.ClientSecret = {};\n        options.ResponseType = \"code\";\n        options.Scope.Add(\"email\");\n        \
                 options.SaveTokens = true;\n        options.MapInboundClaims = false;\n    }});\n",
                quoted(values.issuer),
                quoted(values.client_id),
                values.secret_in(quoted, "builder.Configuration[\"USHER_CLIENT_SECRET\"]"),
            )
        },
    },
    Stack {
        key: "go-oidc",
        title: "Go",
        install: "go get github.com/coreos/go-oidc/v3/oidc golang.org/x/oauth2",
        file: "main.go",
        guide: "go-oidc",
        callback: None,
        code: |values| {
            format!(
                "provider, err := oidc.NewProvider(ctx, {})\nif err != nil {{\n\tlog.Fatal(err)\n}}\nconfig := oauth2.Config{{\n\t\
                 ClientID:     {},\n\tClientSecret: {},\n\tEndpoint:     provider.Endpoint(),\n\tRedirectURL:  {},\n\t\
                 Scopes:       []string{{oidc.ScopeOpenID, \"profile\", \"email\"}},\n}}\n",
                quoted(values.issuer),
                quoted(values.client_id),
                values.secret_in(quoted, "os.Getenv(\"USHER_CLIENT_SECRET\")"),
                quoted(values.redirect_uri),
            )
        },
    },
    Stack {
        key: "axum",
        title: "axum (Rust)",
        install: "cargo add axum-oidc",
        file: "main.rs",
        guide: "axum",
        callback: None,
        code: |values| {
            format!(
                "let client = OidcAuthLayer::<EmptyAdditionalClaims>::discover_client(\n    {}.parse()?,\n    {}.to_owned(),\n    {}.to_owned(),\n    \
                 Some({}),\n    vec![\"profile\".to_owned(), \"email\".to_owned()],\n)\n.await?;\n",
                quoted(&values.base()),
                quoted(values.issuer),
                quoted(values.client_id),
                values.secret_in(
                    |secret| format!("{}.to_owned()", quoted(secret)),
                    "std::env::var(\"USHER_CLIENT_SECRET\")?"
                ),
            )
        },
    },
    Stack {
        key: "oauth2-proxy",
        title: "oauth2-proxy",
        install: "go install github.com/oauth2-proxy/oauth2-proxy/v7@latest",
        file: "oauth2-proxy.cfg",
        guide: "oauth2-proxy",
        callback: Some("/oauth2/callback"),
        code: |values| {
            format!(
                "provider = \"oidc\"\noidc_issuer_url = {}\nclient_id = {}\n{}redirect_url = {}\n\
                 scope = \"openid profile email\"\ncode_challenge_method = \"S256\"\nemail_domains = [\"*\"]\n",
                quoted(values.issuer),
                quoted(values.client_id),
                values.secret.map_or_else(
                    || "# OAUTH2_PROXY_CLIENT_SECRET in the environment\n".to_owned(),
                    |secret| format!("client_secret = {}\n", quoted(secret)),
                ),
                quoted(values.redirect_uri),
            )
        },
    },
    Stack {
        key: "apache",
        title: "Apache",
        install: "apt install libapache2-mod-auth-openidc",
        file: "httpd.conf",
        guide: "mod-auth-openidc",
        callback: Some("/redirect_uri"),
        code: |values| {
            format!(
                "OIDCProviderMetadataURL {}\nOIDCClientID {}\nOIDCClientSecret {}\nOIDCRedirectURI {}\nOIDCScope \"openid profile email\"\n\
                 OIDCPKCEMethod S256\nOIDCRemoteUserClaim email\n",
                quoted(&values.discovery()),
                quoted(values.client_id),
                values.secret_in(quoted, "${USHER_CLIENT_SECRET}"),
                quoted(values.redirect_uri),
            )
        },
    },
];

/// For applications in the browser.
pub(super) const SPA: &[Stack] = &[
    Stack {
        key: "oidc-client-ts",
        title: "oidc-client-ts",
        install: "npm install oidc-client-ts",
        file: "app.js",
        guide: "oidc-client-ts",
        callback: None,
        code: |values| {
            format!(
                "const manager = new UserManager({{\n  authority: {},\n  client_id: {},\n  redirect_uri: {},\n  \
                 scope: 'openid profile email',\n}})\nawait manager.signinRedirect()\n",
                script(values.issuer),
                script(values.client_id),
                script(values.redirect_uri),
            )
        },
    },
    Stack {
        key: "swagger-ui",
        title: "Swagger UI",
        install: "npm install swagger-ui-dist",
        file: "app.js",
        guide: "swagger-ui",
        callback: Some("/oauth2-redirect.html"),
        code: |values| {
            format!(
                "ui.initOAuth({{\n  clientId: {},\n  scopes: 'openid email',\n  usePkceWithAuthorizationCodeGrant: true,\n}})\n",
                script(values.client_id),
            )
        },
    },
];

impl StackValues<'_> {
    /// The secret as an expression: itself, or where it is read from.
    fn secret_in(&self, quote: impl Fn(&str) -> String, environment: &str) -> String {
        self.secret.map_or_else(|| environment.to_owned(), quote)
    }

    fn discovery(&self) -> String {
        format!("{}{}", self.issuer, usher_protocol::endpoints::OPENID_CONFIGURATION)
    }

    /// The origin of the application.
    fn base(&self) -> String {
        usher_protocol::authorize::redirect_uri::origin(self.redirect_uri)
            .unwrap_or_else(|| "http://localhost:3000".to_owned())
    }
}

/// A string between double quotes, as Python, Go, Rust, Java, C#, YAML, TOML and Apache read it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stack_holds_the_client_id_and_no_unquoted_value() {
        let hostile = "a\"'\\\n$x";
        let values = StackValues {
            issuer: "https://id.test",
            client_id: hostile,
            secret: Some(hostile),
            redirect_uri: "https://a.test/cb",
        };
        for stack in WEB.iter().chain(SPA) {
            let code = (stack.code)(&values);
            assert!(code.contains(&quoted(hostile)) || code.contains(&script(hostile)), "{}: {code}", stack.key);
            assert!(!code.contains(hostile), "{}: {code}", stack.key);
        }
    }

    #[test]
    fn without_a_secret_the_code_reads_the_environment() {
        let values = StackValues {
            issuer: "https://id.test",
            client_id: "web",
            secret: None,
            redirect_uri: "https://a.test/cb",
        };
        for stack in WEB {
            let code = (stack.code)(&values);
            assert!(code.contains("CLIENT_SECRET"), "{}: {code}", stack.key);
        }
    }
}
