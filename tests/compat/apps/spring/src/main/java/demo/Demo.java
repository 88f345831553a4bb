package demo;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A site that people sign in to, and an API that takes access tokens. */
@SpringBootApplication
@RestController
public class Demo {
    public static void main(String[] arguments) {
        SpringApplication.run(Demo.class, arguments);
    }

    @GetMapping("/")
    Map<String, Object> home(@AuthenticationPrincipal OidcUser user) {
        var answer = new HashMap<String, Object>();
        answer.put("user", user == null ? null : user.getClaims());
        return answer;
    }

    /** Spring refreshes an expired access token before it calls this method. */
    @GetMapping("/token")
    Map<String, String> token(@RegisteredOAuth2AuthorizedClient("usher") OAuth2AuthorizedClient client) {
        return Map.of("access_token", client.getAccessToken().getTokenValue());
    }

    @GetMapping("/api/me")
    Map<String, Object> me(@AuthenticationPrincipal Jwt token) {
        return Map.of("sub", token.getSubject(), "scope", token.getClaim("scope"));
    }
}
