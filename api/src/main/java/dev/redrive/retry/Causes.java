// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A throwable and its causes, the nearest to the top first: of a chain that bites its own tail each
 * one once, and of an endless one the first {@value #DEPTH_MAX}.
 */
record Causes(List<Throwable> chain) {

  static final int DEPTH_MAX = 64;

  private static final int SHOWN_MAX = 5;

  static Causes of(Throwable top) {
    List<Throwable> chain = new ArrayList<>(4);
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    @Nullable Throwable next = top;
    while (next != null && chain.size() < DEPTH_MAX && seen.add(next)) {
      chain.add(next);
      next = next.getCause();
    }
    return new Causes(Collections.unmodifiableList(chain));
  }

  /** The first that is of the type and has what the question asks for. */
  <E, T> Optional<T> first(Class<E> type, Function<? super E, Optional<T>> question) {
    for (Throwable cause : chain) {
      if (type.isInstance(cause)) {
        Optional<T> answer = question.apply(type.cast(cause));
        if (answer.isPresent()) {
          return answer;
        }
      }
    }
    return Optional.empty();
  }

  OptionalInt httpStatus() {
    return first(HttpFailure.class, Optional::of)
        .map(failure -> OptionalInt.of(failure.httpStatus()))
        .orElse(OptionalInt.empty());
  }

  Optional<String> sqlState() {
    return first(SQLException.class, failure -> Optional.ofNullable(failure.getSQLState()));
  }

  /** What the other side of an HTTP call asked for. */
  Optional<Duration> serverDelay() {
    return first(HttpFailure.class, HttpFailure::retryAfter).map(DelayWindow::bounded);
  }

  /** What the handler asked for. */
  Optional<Duration> handlerDelay() {
    return first(RetryAfterException.class, Optional::of).map(RetryAfterException::delay);
  }

  Optional<VerdictException> handlersVerdict() {
    return first(VerdictException.class, Optional::of);
  }

  /** The names of the classes, for people. */
  String names() {
    String names =
        chain.stream()
            .limit(SHOWN_MAX)
            .map(cause -> cause.getClass().getName())
            .collect(Collectors.joining(", caused by "));
    return chain.size() > SHOWN_MAX ? names + ", ..." : names;
  }
}
