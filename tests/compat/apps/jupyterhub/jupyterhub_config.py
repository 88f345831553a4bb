"""JupyterHub with GenericOAuthenticator: the person's roles in the project become groups of the hub."""

import os

ISSUER = os.environ["ISSUER"]
BASE_URL = os.environ["BASE_URL"]

c = get_config()  # noqa: F821

c.JupyterHub.authenticator_class = "generic-oauth"
c.GenericOAuthenticator.client_id = os.environ["CLIENT_ID"]
c.GenericOAuthenticator.client_secret = os.environ["CLIENT_SECRET"]
c.GenericOAuthenticator.oauth_callback_url = BASE_URL + "/hub/oauth_callback"
c.GenericOAuthenticator.authorize_url = ISSUER + "/oauth2/authorize"
c.GenericOAuthenticator.token_url = ISSUER + "/oauth2/token"
c.GenericOAuthenticator.userdata_url = ISSUER + "/oauth2/userinfo"
c.GenericOAuthenticator.scope = ["openid", "profile", "email", "roles"]
c.GenericOAuthenticator.username_claim = "email"
c.GenericOAuthenticator.manage_groups = True
c.GenericOAuthenticator.auth_state_groups_key = "oauth_user.groups"  # the roles_claim of the client
c.GenericOAuthenticator.allowed_groups = {"gardener"}
c.GenericOAuthenticator.admin_groups = {"keeper"}
c.GenericOAuthenticator.logout_redirect_url = (
    f"{ISSUER}/oauth2/logout?client_id={os.environ['CLIENT_ID']}&post_logout_redirect_uri={BASE_URL}/"
)

# For one machine.
c.JupyterHub.bind_url = BASE_URL
c.JupyterHub.hub_port = int(os.environ["HUB_PORT"])
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:" + os.environ["PROXY_PORT"]
c.JupyterHub.spawner_class = "simple"
