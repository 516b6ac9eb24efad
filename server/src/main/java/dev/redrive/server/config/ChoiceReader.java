// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.Choice;
import dev.redrive.server.json.Fields;
import java.time.Duration;
import java.util.Optional;

/** Reads how a queue's workers choose among the messages that they have in hand. */
final class ChoiceReader {
  private static final int MESSAGES_MAX = 100_000;
  private static final int WEIGHT_MAX = 1_000;
  private static final Duration AGEING_MIN = Duration.ofMillis(1);
  private static final Duration AGEING_MAX = Duration.ofDays(1);

  private ChoiceReader() {}

  /** Their mistakes are added to those of the fields. */
  static Choice read(Fields fields) {
    Choice choice = Choice.defaults();
    long messages = fields.number("messages", 1, MESSAGES_MAX).orElse(choice.messages());
    long bytes = fields.parsed("bytes", SizeText::parse).map(Long::valueOf).orElse(choice.bytes());
    choice =
        choice
            .among((int) messages, Math.max(1, bytes))
            .ageing(fields.duration("ageing", AGEING_MIN, AGEING_MAX).orElse(choice.ageing()));
    Optional<String> fairBy = fields.text("fairBy");
    if (fairBy.isPresent()) {
      choice = fairBy.get().equals("key") ? choice.fairByKey() : choice.fairByHeader(fairBy.get());
    }
    choice = weights(fields, choice);
    if (!choice.weights().isEmpty() && choice.tenant().isEmpty()) {
      fields.problem("weights", "need `fairBy`: the header that names the tenants, or `key`");
    }
    fields.end();
    return choice;
  }

  private static Choice weights(Fields fields, Choice choice) {
    Choice weighted = choice;
    Optional<Fields> weights = fields.object("weights");
    if (weights.isPresent()) {
      for (String tenant : fields.tree("weights").orElseThrow().keySet()) {
        long weight = weights.get().number(tenant, 1, WEIGHT_MAX).orElse(1);
        weighted = weighted.weight(tenant, (int) weight);
      }
    }
    return weighted;
  }
}
