// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.Idempotency;
import dev.redrive.IdempotencyKey;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.retry.DurationText;
import dev.redrive.server.json.Fields;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a queue keeps duplicates from having an effect.
 *
 * @param header the header that messages are recognised by; empty to go by their ids
 * @param missing what becomes of a message without that header
 * @param lease how long an attempt holds its key; empty for 30 seconds more than its timeout
 * @param ttl how long it is remembered what was done
 * @param store where
 */
public record IdempotencyConfig(
    Optional<String> header, Missing missing, Optional<Duration> lease, Duration ttl, Store store) {
  private static final String BY_ID = "id";
  private static final String BY_HEADER = "header:";
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}");
  private static final Duration LEASE_MAX = Duration.ofDays(2);
  private static final Duration TTL = Duration.ofHours(24);
  private static final Duration TTL_MAX = Duration.ofDays(366);

  /** What becomes of a message without a key. */
  public enum Missing {
    /** It goes to the dead letters. */
    REJECT,
    /** It goes by its id. */
    ID
  }

  /** Where it is remembered what was done. */
  public enum Store {
    /** Beside the messages. */
    TRANSPORT,
    /** In this process, until it ends. */
    MEMORY
  }

  /** Reads the settings of a queue whose attempts may take this long. */
  static Optional<IdempotencyConfig> read(Fields fields, Duration timeout) {
    int mistakes = fields.problems().size();
    Optional<String> header =
        fields.parsed("key", IdempotencyConfig::header).orElse(Optional.empty());
    Missing missing =
        fields.parsed("missing", text -> word(Missing.values(), text)).orElse(Missing.REJECT);
    Store store =
        fields.parsed("store", text -> word(Store.values(), text)).orElse(Store.TRANSPORT);
    Optional<Duration> lease = fields.duration("lease", Duration.ofMillis(2), LEASE_MAX);
    Duration least = timeout.plus(Idempotency.LEASE_MARGIN_MIN);
    if (lease.filter(each -> each.compareTo(least) < 0).isPresent()) {
      fields.problem(
          "lease",
          "must be at least "
              + DurationText.format(least)
              + ", 5s longer than the queue's timeout");
    }
    Duration ttl = fields.duration("ttl", Duration.ofSeconds(1), TTL_MAX).orElse(TTL);
    fields.end();
    return fields.problems().size() > mistakes
        ? Optional.empty()
        : Optional.of(new IdempotencyConfig(header, missing, lease, ttl, store));
  }

  private static Optional<String> header(String text) {
    if (text.equals(BY_ID)) {
      return Optional.empty();
    }
    String name = text.startsWith(BY_HEADER) ? text.substring(BY_HEADER.length()) : "";
    if (!HEADER.matcher(name).matches()) {
      throw new IllegalArgumentException("must be `id` or `header:NAME`, not `" + text + "`");
    }
    return Optional.of(name);
  }

  private static <E extends Enum<E>> E word(E[] words, String text) {
    for (E each : words) {
      if (word(each).equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "must be `" + word(words[0]) + "` or `" + word(words[1]) + "`, not `" + text + "`");
  }

  private static String word(Enum<?> each) {
    return each.name().toLowerCase(Locale.ROOT);
  }

  /** The same for the engine, with this store. */
  public Idempotency<Object> in(IdempotencyStore opened) {
    return new Idempotency<>(opened, key(), lease, ttl);
  }

  private IdempotencyKey<Object> key() {
    if (header.isEmpty()) {
      return IdempotencyKey.messageId();
    }
    IdempotencyKey<Object> key = IdempotencyKey.header(header.get());
    return missing == Missing.ID ? key.orElse(IdempotencyKey.messageId()) : key;
  }

  /** The tree that is read back as the same settings. */
  public Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("key", header.map(name -> BY_HEADER + name).orElse(BY_ID));
    tree.put("missing", word(missing));
    lease.ifPresent(time -> tree.put("lease", DurationText.format(time)));
    tree.put("ttl", DurationText.format(ttl));
    tree.put("store", word(store));
    return tree;
  }
}
