// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.server.json.Fields;

/**
 * What bounds the requests.
 *
 * @param bodyMax bytes of one payload, or of one line of a batch
 * @param batchMax lines of one batch
 * @param connectionsMax connections at once; more are closed when they come
 */
public record LimitsConfig(int bodyMax, int batchMax, int connectionsMax) {
  /** More is no message: keep the data elsewhere and send its address. */
  private static final long BODY_MAX_MAX = 16L << 20;

  private static final int BATCH_MAX_MAX = 1_000_000;
  private static final int CONNECTIONS_MAX_MAX = 1_000_000;

  /** 1 MiB a body, 10,000 lines a batch, 4,096 connections. */
  public static LimitsConfig defaults() {
    return new LimitsConfig(1 << 20, 10_000, 4_096);
  }

  static LimitsConfig read(Fields fields) {
    LimitsConfig defaults = defaults();
    int bodyMax =
        fields
            .parsed("bodyMax", SizeText::parse)
            .filter(
                size -> {
                  boolean isWithin = size >= 1 && size <= BODY_MAX_MAX;
                  if (!isWithin) {
                    fields.problem("bodyMax", "must be 1B to 16MiB");
                  }
                  return isWithin;
                })
            .map(Long::intValue)
            .orElse(defaults.bodyMax);
    int batchMax = (int) fields.number("batchMax", 1, BATCH_MAX_MAX).orElse(defaults.batchMax);
    int connectionsMax =
        (int)
            fields.number("connectionsMax", 1, CONNECTIONS_MAX_MAX).orElse(defaults.connectionsMax);
    fields.end();
    return new LimitsConfig(bodyMax, batchMax, connectionsMax);
  }
}
