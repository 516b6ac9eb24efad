// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.keys;

import dev.redrive.server.files.DataDir;
import dev.redrive.server.json.Fields;
import dev.redrive.server.json.Json;
import dev.redrive.server.json.TimeText;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The API keys of a data folder, in {@code keys.json}. A server that runs on this folder sees a
 * change with its next request.
 */
public final class KeyFile {
  static final String NAME = "keys.json";

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern KEY_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final int KEYS_MAX = 1_000;
  private static final int SECRET_BYTES = 32;
  private static final String PREFIX = "rdk_";

  private final DataDir folder;

  /** The keys of this folder. */
  public KeyFile(DataDir folder) {
    this.folder = folder;
  }

  /**
   * Makes a key of 256 random bits.
   *
   * @return the key itself, which nobody can find out later
   * @throws IllegalArgumentException if there is a key of this name, or the name is none
   * @throws IOException if the file cannot be read or written
   */
  public String create(
      String name, Set<Scope> scopes, Optional<Instant> expiresAt, SecureRandom random)
      throws IOException {
    if (!KEY_NAME.matcher(name).matches() || scopes.isEmpty()) {
      throw new IllegalArgumentException(
          "a key needs a name of letters, digits, '.', '_' or '-', and at least one scope of "
              + Scope.words());
    }
    List<ApiKey> keys = new ArrayList<>(read());
    if (keys.stream().anyMatch(key -> key.name().equals(name))) {
      throw new IllegalArgumentException("there is a key named " + name + ": revoke it first");
    }
    if (keys.size() >= KEYS_MAX) {
      throw new IllegalArgumentException("there are " + KEYS_MAX + " keys: revoke one first");
    }
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    String key = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    keys.add(new ApiKey(name, ApiKey.hash(key), scopes, expiresAt));
    write(keys);
    return key;
  }

  /** Takes a key away at once. False if there is none of this name. */
  public boolean revoke(String name) throws IOException {
    List<ApiKey> keys = new ArrayList<>(read());
    boolean wasThere = keys.removeIf(key -> key.name().equals(name));
    if (wasThere) {
      write(keys);
    }
    return wasThere;
  }

  /** The keys; none if there is no file. */
  public List<ApiKey> read() throws IOException {
    Optional<byte[]> bytes = folder.read(NAME);
    if (bytes.isEmpty()) {
      return List.of();
    }
    try {
      Fields fields = Fields.of(Json.object(bytes.get()));
      List<ApiKey> keys =
          fields.list("keys").stream().map(KeyFile::key).flatMap(Optional::stream).toList();
      fields.endOrThrow(NAME);
      return keys;
    } catch (IllegalArgumentException e) {
      throw new IOException(folder.path(NAME) + " " + e.getMessage(), e);
    }
  }

  private static Optional<ApiKey> key(Fields fields) {
    Optional<String> name = fields.text("name");
    Optional<String> hash = fields.text("hash").filter(text -> HASH.matcher(text).matches());
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String word : fields.textSet("scopes")) {
      fields.attempt("scopes", () -> Scope.parse(word)).ifPresent(scopes::add);
    }
    Optional<Instant> expiresAt = fields.time("expiresAt");
    fields.end();
    if (name.isEmpty() || hash.isEmpty()) {
      fields.problem("needs `name` and `hash`, which is 64 hexadecimal digits");
      return Optional.empty();
    }
    return Optional.of(new ApiKey(name.get(), hash.get(), scopes, expiresAt));
  }

  private void write(List<ApiKey> keys) throws IOException {
    folder.write(
        NAME,
        Json.bytes(
            json -> Json.tree(json, Map.of("keys", keys.stream().map(KeyFile::tree).toList()))));
  }

  private static Map<String, Object> tree(ApiKey key) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", key.name());
    tree.put("hash", key.hash());
    tree.put("scopes", key.scopes().stream().map(Scope::word).sorted().toList());
    key.expiresAt().ifPresent(end -> tree.put("expiresAt", TimeText.format(end)));
    return tree;
  }
}
