// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.server.json.Fields;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;

/**
 * Where spans are sent to, by OTLP over HTTP.
 *
 * @param endpoint of the collector, as it is called
 * @param service what the spans are of
 * @param samplePercent how many of the traces that begin here are sent
 * @param headers what the collector asks for besides, for example a token
 */
public record TracingConfig(
    URI endpoint, String service, int samplePercent, Map<String, String> headers) {
  private static final String FORM = "must be a URL like `http://collector:4318/v1/traces`";
  private static final String PATH = "/v1/traces";
  private static final int PERCENT = 100;

  /** Copies the headers. */
  public TracingConfig {
    headers = Map.copyOf(headers);
  }

  /** Empty if there is a mistake, which is added to those of the fields. */
  static Optional<TracingConfig> read(Fields fields) {
    if (!fields.has("endpoint")) {
      fields.problem("endpoint", "is missing: say where the collector is, or leave this out");
    }
    Optional<URI> endpoint = fields.parsed("endpoint", TracingConfig::endpoint);
    String service = fields.text("service").orElse("redrive");
    int percent = (int) fields.number("samplePercent", 0, PERCENT).orElse(PERCENT);
    Map<String, String> headers = fields.texts("headers");
    headers.forEach((name, value) -> check(fields, name, value));
    fields.end();
    return endpoint.map(uri -> new TracingConfig(uri, service, percent, headers));
  }

  private static URI endpoint(String text) {
    // What was given is not told: it may hold a secret.
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(FORM, e);
    }
    boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!isHttp || uri.getHost() == null) {
      throw new IllegalArgumentException(FORM);
    }
    if (uri.getUserInfo() != null) {
      throw new IllegalArgumentException("must not name a user: say who you are in `headers`");
    }
    String path = uri.getRawPath();
    return path.isEmpty() || path.equals("/") ? uri.resolve(PATH) : uri;
  }

  // The value is not told: it may be a secret.
  private static void check(Fields fields, String name, String value) {
    boolean isName = name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}");
    if (!isName || value.chars().anyMatch(Character::isISOControl)) {
      fields.problem("headers", "has a header `" + name + "` that HTTP cannot send");
    }
  }
}
