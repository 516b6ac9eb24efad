// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Where a webhook is delivered, and how. Immutable; prints no secret and no header value.
 *
 * @param url where to
 * @param secrets what requests are signed with; while a secret is being rotated, the new and the
 *     old one, and each signs. None: requests carry no signature
 * @param timeout how long a whole delivery may take, from the call until the last byte of the
 *     answer
 * @param allowPrivate whether it may lie at a loopback or private address
 * @param headers what is added to every request; wins over the headers of a message
 * @param authorities the only certificate authorities to trust; none: those of the Java
 *     installation
 */
public record Destination(
    WebhookUrl url,
    List<Secret> secrets,
    Duration timeout,
    boolean allowPrivate,
    Map<String, String> headers,
    List<X509Certificate> authorities) {
  private static final int SECRETS_MAX = 8;
  private static final int HEADERS_MAX = 64;
  private static final Duration TIMEOUT_MAX = Duration.ofMinutes(30);

  /** Checks and copies; throws {@link InvalidDestinationException}. */
  public Destination {
    secrets = List.copyOf(secrets);
    if (secrets.size() > SECRETS_MAX) {
      throw new InvalidDestinationException(
          "the webhook has more than " + SECRETS_MAX + " secrets: remove those long rotated out");
    }
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0) {
      throw new InvalidDestinationException(
          "the timeout of the webhook must be more than 0 and at most "
              + TIMEOUT_MAX.toMinutes()
              + " minutes");
    }
    if (headers.size() > HEADERS_MAX) {
      throw new InvalidDestinationException(
          "the webhook has more than " + HEADERS_MAX + " headers");
    }
    headers = HeaderRules.checked(headers);
    authorities = List.copyOf(authorities);
    if (!authorities.isEmpty() && !url.tls()) {
      throw new InvalidDestinationException(
          "the webhook pins a certificate authority, but its URL is not https");
    }
  }

  /**
   * Starts a destination: signed by nobody, 15 seconds, public addresses only.
   *
   * @throws InvalidDestinationException when the URL is unsound, see {@link WebhookUrl#parse}
   */
  public static DestinationBuilder to(String url) {
    return new DestinationBuilder(WebhookUrl.parse(url));
  }

  @Override
  public String toString() {
    return "Destination[url="
        + url.origin()
        + ", secrets="
        + secrets.size()
        + ", timeout="
        + timeout
        + ", allowPrivate="
        + allowPrivate
        + ", headers="
        + headers.keySet()
        + ", authorities="
        + authorities.size()
        + "]";
  }
}
