// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.server.json.Fields;
import dev.redrive.server.keys.ApiKey;
import dev.redrive.server.keys.Scope;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Reads an API key of the configuration; from here on only its hash is kept. */
final class ApiKeyReader {
  private static final int KEY_CHARS_MIN = 22;
  private static final int KEY_CHARS_MAX = 200;
  private static final int DIFFERENT_CHARS_MIN = 8;

  private ApiKeyReader() {}

  static Optional<ApiKey> read(Fields fields) {
    int mistakes = fields.problems().size();
    Optional<String> name = required(fields, "name");
    Optional<String> key = required(fields, "key");
    if (key.isPresent() && !isStrong(key.get())) {
      fields.problem(
          "key",
          "is too easy to guess: it needs at least 22 visible ASCII characters, for example of"
              + " `openssl rand -base64 32`");
    }
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String word : fields.textSet("scopes")) {
      fields.attempt("scopes", () -> Scope.parse(word)).ifPresent(scopes::add);
    }
    if (scopes.isEmpty() && fields.problems().size() == mistakes) {
      fields.problem("scopes", "is missing: list at least one of " + Scope.words());
    }
    Optional<Instant> expiresAt = fields.time("expiresAt");
    fields.end();
    if (name.isEmpty() || key.isEmpty() || fields.problems().size() > mistakes) {
      return Optional.empty();
    }
    return Optional.of(new ApiKey(name.get(), ApiKey.hash(key.get()), scopes, expiresAt));
  }

  /** 22 characters of Base64 hold 128 bits; whether they are random cannot be seen. */
  private static boolean isStrong(String key) {
    return key.length() >= KEY_CHARS_MIN
        && key.length() <= KEY_CHARS_MAX
        && key.chars().allMatch(c -> c > ' ' && c < 0x7f)
        && key.chars().distinct().count() >= DIFFERENT_CHARS_MIN;
  }

  private static Optional<String> required(Fields fields, String name) {
    if (!fields.has(name)) {
      fields.problem(name, "is missing");
    }
    return fields.text(name);
  }
}
