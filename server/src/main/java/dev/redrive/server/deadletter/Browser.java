// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.deadletter;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.server.http.Problem;
import dev.redrive.server.queue.ManagedQueue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Pages through the dead letters of several queues, one queue after another by name. A cursor names
 * the queue and where in it to go on.
 */
final class Browser {
  private static final String SEPARATOR = "\n";

  private final List<ManagedQueue> queues;
  private final DeadLetterFilter filter;
  private final int limit;

  private record Place(String queue, Optional<String> cursor) {}

  Browser(Collection<ManagedQueue> queues, DeadLetterFilter filter, int limit) {
    this.queues = List.copyOf(queues);
    this.filter = filter;
    this.limit = limit;
  }

  CompletionStage<DeadLetterPage> page(Optional<String> cursor) {
    Optional<Place> from = cursor.map(Browser::read);
    int first = 0;
    while (from.isPresent()
        && first < queues.size()
        && queues.get(first).name().compareTo(from.get().queue()) < 0) {
      first++;
    }
    boolean isThere =
        from.isPresent()
            && first < queues.size()
            && queues.get(first).name().equals(from.get().queue());
    return more(List.of(), first, isThere ? from.flatMap(Place::cursor) : Optional.empty());
  }

  private CompletionStage<DeadLetterPage> more(
      List<DeadLetter> found, int index, Optional<String> cursor) {
    if (index >= queues.size()) {
      return CompletableFuture.completedFuture(new DeadLetterPage(found, Optional.empty()));
    }
    String name = queues.get(index).name();
    if (found.size() >= limit) {
      return CompletableFuture.completedFuture(
          new DeadLetterPage(found, Optional.of(write(new Place(name, cursor)))));
    }
    return queues
        .get(index)
        .queue()
        .deadLetters()
        .browse(filter, cursor, limit - found.size())
        .thenCompose(
            page -> {
              List<DeadLetter> all = new ArrayList<>(found);
              all.addAll(page.items());
              return page.next().isPresent()
                  ? more(all, index, page.next())
                  : more(all, index + 1, Optional.empty());
            });
  }

  private static String write(Place place) {
    String text = place.queue() + SEPARATOR + place.cursor().orElse("");
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Place read(String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      int end = text.indexOf(SEPARATOR);
      if (end > 0) {
        String rest = text.substring(end + 1);
        return new Place(
            text.substring(0, end), rest.isEmpty() ? Optional.empty() : Optional.of(rest));
      }
    } catch (IllegalArgumentException e) {
      throw unreadable().asException();
    }
    throw unreadable().asException();
  }

  private static Problem unreadable() {
    return Problem.invalid("the cursor is none of ours: begin again without one");
  }
}
