// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.MessageState;
import dev.redrive.Transition;
import dev.redrive.spi.FailureDialect.Part;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What another program wrote into a message's headers when it gave the message up, as far as they
 * tell. Headers come from outside: what is malformed is taken for absent, texts are bounded, and
 * the headers themselves are left as they are.
 *
 * @param program the kind of program, in words
 * @param isDeath true if it gave the message up; false if it only counted attempts
 * @param place where the message was, from the outermost part on, with slashes; empty if untold
 * @param by who had it there: a consumer group, an endpoint; empty if untold
 * @param failure the exception in words, with its stack trace if there is one; at most 4,000
 *     characters; empty if untold
 * @param brief the same in one line, without the trace
 * @param kind what failures of one kind have in common: the class of the exception, of its cause if
 *     told, else the message without numbers; empty if untold
 * @param attempts how many there were
 * @param at when it failed
 * @param sentAt when it was sent first
 */
public record ForeignFailure(
    String program,
    boolean isDeath,
    String place,
    String by,
    String failure,
    String brief,
    String kind,
    OptionalInt attempts,
    Optional<Instant> at,
    Optional<Instant> sentAt) {

  private static final int FAILURE_CHARS_MAX = 4_000;
  private static final int BRIEF_CHARS_MAX = 300;
  private static final int KIND_CHARS_MAX = 100;
  private static final int PLACE_CHARS_MAX = 200;
  private static final Pattern NUMBERS = Pattern.compile("[0-9]+");

  /** What a message's headers tell, if they do. Those of Redrive itself are not looked at. */
  public static Optional<ForeignFailure> of(Map<String, String> headers) {
    return FailureDialect.ALL.stream()
        .filter(dialect -> dialect.isSpokenIn(headers))
        .findFirst()
        .map(dialect -> read(dialect, new ForeignHeaders(dialect, headers)));
  }

  private static ForeignFailure read(FailureDialect dialect, ForeignHeaders headers) {
    String type = headers.line(Part.TYPE, BRIEF_CHARS_MAX);
    String message = headers.text(Part.MESSAGE, FAILURE_CHARS_MAX);
    String head = joined(type, message);
    return new ForeignFailure(
        dialect.program(),
        headers.tellOfDeath(),
        headers.place(PLACE_CHARS_MAX),
        headers.line(Part.BY, PLACE_CHARS_MAX),
        failure(head, message, headers.text(Part.TRACE, FAILURE_CHARS_MAX)),
        ForeignHeaders.oneLine(head, BRIEF_CHARS_MAX),
        kind(headers.line(Part.CAUSE, BRIEF_CHARS_MAX), type, message),
        headers.attempts(),
        headers.time(Part.FAILED_AT),
        headers.time(Part.SENT_AT));
  }

  private static String joined(String type, String message) {
    return Stream.of(type, message)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(": "));
  }

  // Most traces begin with what is told beside them, some leave it out.
  private static String failure(String head, String message, String trace) {
    boolean isWhole = !trace.isEmpty() && !message.isEmpty() && trace.contains(message);
    boolean isAlone = head.isEmpty() || trace.startsWith(head);
    String failure =
        isWhole || isAlone ? trace : Stream.of(head, trace).collect(Collectors.joining("\n"));
    return ForeignHeaders.bounded(failure.strip(), FAILURE_CHARS_MAX);
  }

  private static String kind(String cause, String type, String message) {
    String kind =
        Stream.of(cause, type, NUMBERS.matcher(message).replaceAll("*"))
            .filter(each -> !each.isBlank())
            .findFirst()
            .orElse("");
    return ForeignHeaders.oneLine(kind, KIND_CHARS_MAX);
  }

  /**
   * The line of a history that tells of it.
   *
   * @param otherwise when it was, if the program did not say
   */
  public Transition transition(Instant otherwise) {
    return new Transition(
        at.orElse(otherwise),
        isDeath ? MessageState.DEAD : MessageState.RETRYING,
        attempts.orElse(0),
        cause());
  }

  private String cause() {
    String what = program + (isDeath ? " dead-lettered it" : " had tried it before");
    String where = place.isEmpty() ? "" : " out of " + place;
    String who = by.isEmpty() ? "" : " (" + by + ")";
    return what + where + who + (brief.isEmpty() ? "" : ": " + brief);
  }

  /** The same as a header, to begin a message's history with; empty if these headers tell none. */
  public static String history(Map<String, String> headers, Instant otherwise) {
    return of(headers).map(failure -> History.append("", failure.transition(otherwise))).orElse("");
  }

  /**
   * A history that tells of it as well: as it is, if it does so already, for the headers stay on
   * the message through all that comes after.
   */
  public List<Transition> toldIn(List<Transition> history, Instant otherwise) {
    Transition line = History.parse(History.append("", transition(otherwise))).get(0);
    boolean isTold = history.stream().anyMatch(each -> each.cause().equals(line.cause()));
    return isTold ? history : Stream.concat(history.stream(), Stream.of(line)).toList();
  }
}
