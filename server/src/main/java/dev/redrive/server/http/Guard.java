// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import dev.redrive.server.keys.ApiKey;
import dev.redrive.server.keys.AuthFailures;
import dev.redrive.server.keys.KeyRing;
import dev.redrive.server.keys.Scope;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides who may send a request. Thread-safe. */
public final class Guard {
  private static final Logger log = LoggerFactory.getLogger(Guard.class);
  private static final String BEARER = "bearer ";
  private static final int FAILURES_PAUSE_SECONDS = 60;

  /** Who sent a request where no keys are needed. */
  static final String ANONYMOUS = "anonymous";

  private final KeyRing keys;
  private final AuthFailures failures;
  private final Optional<Set<String>> hosts;

  /**
   * Guards with these keys.
   *
   * @param hosts the names by which the server may be addressed; empty for any. A server that only
   *     this machine can reach must know them: a web page whose name leads to 127.0.0.1 could talk
   *     to it otherwise (DNS rebinding)
   */
  public Guard(KeyRing keys, AuthFailures failures, Optional<Set<String>> hosts) {
    this.keys = keys;
    this.failures = failures;
    this.hosts = hosts.map(Set::copyOf);
  }

  /**
   * Checks where a request comes from.
   *
   * @throws ProblemException if a browser sent it for another site, or to a name that is not ours
   */
  void checkOrigin(HttpServerRequest request) {
    String host = request.getHeader("Host");
    if (hosts.isPresent() && !hosts.get().contains(name(host))) {
      throw Problem.of(
              403,
              "host-not-allowed",
              "Host not allowed",
              "this server does not go by that name: address it as localhost, or list the name under"
                  + " `hosts` in its configuration")
          .asException();
    }
    if (isCrossSite(request, host)) {
      throw Problem.of(
              403,
              "cross-site",
              "Cross-site request",
              "a browser sent this for another site; send it from a program, or from this server's"
                  + " own pages")
          .asException();
    }
  }

  /**
   * Checks the key of a request.
   *
   * @return the key's name
   * @throws ProblemException if it is missing, wrong, or not enough: 401, 403 or 429
   */
  String checkKey(HttpServerRequest request, Optional<Scope> scope) {
    if (!keys.isRequired()) {
      return ANONYMOUS;
    }
    String authorization = request.getHeader("Authorization");
    if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      throw unauthorized("send an API key as `Authorization: Bearer <key>`").asException();
    }
    String sent = authorization.substring(BEARER.length()).strip();
    ApiKey key = keys.find(sent).orElseThrow(() -> wrong(request).asException());
    if (scope.isPresent() && !key.may(scope.get())) {
      throw Problem.of(
              403,
              "scope-missing",
              "The key may not do this",
              "this needs a key with the scope `" + scope.get().word() + "`")
          .asException();
    }
    return key.name();
  }

  private Problem wrong(HttpServerRequest request) {
    String address = request.remoteAddress().hostAddress();
    if (failures.isTooMany(address)) {
      return Problem.of(
              429,
              "too-many-wrong-keys",
              "Too many wrong keys",
              "too many wrong API keys came from this address: wait a minute, then use a right one")
          .retryAfter(FAILURES_PAUSE_SECONDS);
    }
    log.warn("a wrong or expired API key came from {}", address);
    return unauthorized("this API key is not known here, has expired or was revoked");
  }

  private static Problem unauthorized(String detail) {
    return Problem.of(401, "unauthorized", "An API key is needed", detail)
        .with("WWW-Authenticate", "Bearer");
  }

  /** Programs send none of these headers; a browser cannot be made to leave them out. */
  private static boolean isCrossSite(HttpServerRequest request, String host) {
    boolean isRead = request.method().equals(HttpMethod.GET);
    String site = request.getHeader("Sec-Fetch-Site");
    if (site != null) {
      boolean isOurs = site.equals("same-origin") || site.equals("none");
      // Following a link to a page is no harm.
      return !isOurs && !(isRead && "navigate".equals(request.getHeader("Sec-Fetch-Mode")));
    }
    String origin = request.getHeader("Origin");
    return origin != null && !isRead && !authority(origin).equals(host.toLowerCase(Locale.ROOT));
  }

  private static String authority(String origin) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority == null ? "" : authority.toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static String name(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    if (lower.startsWith("[")) {
      return lower.substring(0, lower.indexOf(']') + 1);
    }
    int colon = lower.indexOf(':');
    return colon < 0 ? lower : lower.substring(0, colon);
  }
}
