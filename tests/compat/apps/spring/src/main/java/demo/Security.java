package demo;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;

@Configuration
class Security {
    /** The API: requests with an access token that has the scope {@code profile}. */
    @Bean
    @Order(1)
    SecurityFilterChain api(HttpSecurity http) throws Exception {
        return http.securityMatcher("/api/**")
                .authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority("SCOPE_profile"))
                .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
                .build();
    }

    /** The site: people sign in with PKCE, and sign out of Usher as well. */
    @Bean
    @Order(2)
    SecurityFilterChain site(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
        var signedOut = new OidcClientInitiatedLogoutSuccessHandler(clients);
        signedOut.setPostLogoutRedirectUri("{baseUrl}/");
        var requests = new DefaultOAuth2AuthorizationRequestResolver(clients, "/oauth2/authorization");
        requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
        return http.authorizeHttpRequests(paths -> paths.requestMatchers("/", "/error").permitAll().anyRequest().authenticated())
                .oauth2Login(login -> login.authorizationEndpoint(end -> end.authorizationRequestResolver(requests)))
                .logout(logout -> logout.logoutSuccessHandler(signedOut))
                .build();
    }

    /**
     * Access tokens have the type {@code at+jwt} (RFC 9068), which the default decoder of Spring Security refuses. This
     * decoder leaves the type to the validator, which checks everything that RFC 9068 requires.
     */
    @Bean
    JwtDecoder accessTokens(
            @Value("${ISSUER}") String issuer,
            @Value("${CLIENT_ID}") String client,
            @Value("${AUDIENCE:${ISSUER}}") String audience) {
        var decoder = NimbusJwtDecoder.withIssuerLocation(issuer).validateType(false).build();
        decoder.setJwtValidator(
                JwtValidators.createAtJwtValidator().issuer(issuer).audience(audience).clientId(client).build());
        return decoder;
    }
}
