// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.deadletter;

import dev.redrive.DeadLetterFilter;
import dev.redrive.retry.Reason;
import dev.redrive.server.json.Fields;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which dead letters a request means.
 *
 * @param queue of which queue
 * @param filter which of them
 * @param isByIds true if each was named by its id
 */
record Selection(String queue, DeadLetterFilter filter, boolean isByIds) {
  private static final int IDS_MAX = 10_000;

  /** Reads {@code select}; its mistakes are added to those of the fields, and it is then empty. */
  static Optional<Selection> read(Fields fields) {
    int mistakes = fields.problems().size();
    if (!fields.has("select")) {
      fields.problem("select", "is missing: name a queue, and `ids`, `filter` or `all`");
    }
    Optional<Fields> select = fields.object("select");
    return select.isEmpty() ? Optional.empty() : read(select.get(), mistakes);
  }

  private static Optional<Selection> read(Fields select, int mistakes) {
    Optional<String> queue = select.text("queue");
    if (!select.has("queue")) {
      select.problem("queue", "is missing");
    }
    Set<String> ids = select.textSet("ids");
    boolean isAll = select.flag("all");
    Optional<DeadLetterFilter> filter = select.object("filter").map(Selection::filter);
    int ways = (select.has("ids") ? 1 : 0) + (isAll ? 1 : 0) + (filter.isPresent() ? 1 : 0);
    if (ways != 1) {
      select.problem("needs exactly one of `ids`, `filter` and `\"all\": true`");
    } else if (select.has("ids") && (ids.isEmpty() || ids.size() > IDS_MAX)) {
      select.problem("ids", "must be 1 to " + IDS_MAX + " ids");
    }
    select.end();
    if (queue.isEmpty() || select.problems().size() > mistakes) {
      return Optional.empty();
    }
    DeadLetterFilter chosen =
        ids.isEmpty() ? filter.orElse(DeadLetterFilter.all()) : DeadLetterFilter.ids(ids);
    return Optional.of(new Selection(queue.get(), chosen, !ids.isEmpty()));
  }

  private static DeadLetterFilter filter(Fields fields) {
    boolean isEmpty =
        List.of("reason", "fingerprint", "text", "from", "to").stream().noneMatch(fields::has);
    if (isEmpty) {
      fields.problem("selects nothing in particular: use `\"all\": true` to mean all");
    }
    DeadLetterFilter filter =
        new DeadLetterFilter(
            Set.of(),
            fields.parsed("reason", Selection::reason),
            fields.text("fingerprint"),
            fields.text("text"),
            fields.time("from"),
            fields.time("to"));
    fields.end();
    return filter;
  }

  static Reason reason(String word) {
    return Reason.fromWireName(word)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "must be one of "
                        + Arrays.stream(Reason.values()).map(Reason::wireName).toList()));
  }
}
