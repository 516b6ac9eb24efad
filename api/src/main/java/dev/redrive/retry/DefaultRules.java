// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.ObjectStreamException;
import java.io.UTFDataFormatException;
import java.io.UnsupportedEncodingException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.CharacterCodingException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLNonTransientException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.text.ParseException;
import java.time.DateTimeException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.zip.ZipException;

/**
 * What the policy takes for transient and for permanent where nobody said.
 *
 * <p>The chain of causes is walked from the top, and the first throwable that is known decides, so
 * that wrappers like {@code CompletionException}, {@code UncheckedIOException} and those of
 * frameworks do not matter. Whatever is unknown to the end is transient: a retry too many costs
 * time, a message given up too early costs a person.
 */
final class DefaultRules {

  private static final int GONE = 410;
  private static final StatusRange CLIENT_ERRORS = StatusRange.parse("4xx");
  private static final List<StatusRange> TRANSIENT_STATUSES =
      List.of(
          StatusRange.of(408), StatusRange.of(425), StatusRange.of(429), StatusRange.parse("5xx"));

  /**
   * Connection lost, serialization failure, deadlock, lock not available, out of resources, server
   * going down or coming up. See ISO/IEC 9075-2 and PostgreSQL's appendix "Error Codes".
   */
  private static final List<String> TRANSIENT_SQL_STATES =
      List.of("08", "40001", "40P01", "53", "55P03", "57P0");

  /** Data exception, integrity constraint violation, syntax error or access rule violation. */
  private static final List<String> PERMANENT_SQL_STATES = List.of("22", "23", "42");

  /** Known by name, since the libraries are not on this module's class path. */
  private static final List<String> BAD_DATA_NAMES =
      List.of(
          "jakarta.validation.ConstraintViolationException",
          "javax.validation.ConstraintViolationException",
          "com.fasterxml.jackson.core.JsonProcessingException",
          "tools.jackson.core.exc.StreamReadException",
          "tools.jackson.databind.DatabindException",
          "com.google.gson.JsonSyntaxException",
          "com.google.protobuf.InvalidProtocolBufferException");

  /** Asked in this order, so what is an exception to a broader line stands before it. */
  private static final List<Line> LINES =
      List.of(
          retry("error", Error.class),
          dead("bad data", MalformedURLException.class),
          dead("bad data", CharacterCodingException.class),
          dead("bad data", CharConversionException.class),
          dead("bad data", UTFDataFormatException.class),
          dead("bad data", UnsupportedEncodingException.class),
          dead("bad data", ObjectStreamException.class),
          dead("bad data", ZipException.class),
          retry("i/o", IOException.class),
          retry("i/o", UnresolvedAddressException.class),
          retry("timeout", TimeoutException.class),
          retry("sql", SQLTransientException.class),
          retry("sql", SQLRecoverableException.class),
          retry("sql", SQLNonTransientConnectionException.class),
          dead("sql", SQLNonTransientException.class),
          dead("bad data", DateTimeException.class),
          dead("bad data", ParseException.class),
          dead("bad data", URISyntaxException.class),
          dead("bad argument", IllegalArgumentException.class),
          dead("programming error", NullPointerException.class),
          dead("programming error", ClassCastException.class),
          dead("programming error", IndexOutOfBoundsException.class),
          dead("programming error", ArithmeticException.class),
          dead("programming error", ArrayStoreException.class),
          dead("programming error", NegativeArraySizeException.class),
          dead("programming error", UnsupportedOperationException.class));

  private static final Action RETRY = Action.retry(RetryOverrides.NONE);
  private static final Action DEAD = Action.dead(Reason.NOT_RETRYABLE);

  private record Line(String name, Class<? extends Throwable> type, boolean isTransient) {
    Ruling ruling(Throwable cause) {
      return DefaultRules.ruling(name, isTransient, kinship(cause, type.getName()));
    }
  }

  private DefaultRules() {}

  static Ruling ruling(Causes causes) {
    for (Throwable cause : causes.chain()) {
      Optional<Ruling> ruling =
          status(cause).or(() -> sqlState(cause)).or(() -> name(cause)).or(() -> type(cause));
      if (ruling.isPresent()) {
        return ruling.get();
      }
    }
    return new Ruling(
        "default: unknown",
        RETRY,
        () -> "nothing is known of " + causes.names() + ", so it is taken for transient");
  }

  private static Optional<Ruling> status(Throwable cause) {
    if (!(cause instanceof HttpFailure failure)) {
      return Optional.empty();
    }
    int status = failure.httpStatus();
    if (status == GONE) {
      return Optional.of(
          new Ruling(
              "default: status 410",
              Action.hold("gone", Optional.empty()),
              () -> "HTTP status 410 says that the receiver is gone for good"));
    }
    for (StatusRange range : TRANSIENT_STATUSES) {
      if (range.contains(status)) {
        return Optional.of(ruling("status " + range, true, "HTTP status " + status));
      }
    }
    return CLIENT_ERRORS.contains(status)
        ? Optional.of(ruling("status 4xx", false, "HTTP status " + status))
        : Optional.empty();
  }

  private static Optional<Ruling> sqlState(Throwable cause) {
    if (!(cause instanceof SQLException failure) || failure.getSQLState() == null) {
      return Optional.empty();
    }
    String state = failure.getSQLState();
    return sqlState(state, TRANSIENT_SQL_STATES, true)
        .or(() -> sqlState(state, PERMANENT_SQL_STATES, false));
  }

  private static Optional<Ruling> sqlState(
      String state, List<String> beginnings, boolean isTransient) {
    return beginnings.stream()
        .filter(state::startsWith)
        .findFirst()
        .map(known -> ruling("sqlState " + known, isTransient, "SQL state " + state));
  }

  private static Optional<Ruling> name(Throwable cause) {
    return BAD_DATA_NAMES.stream()
        .filter(name -> ExceptionNames.match(name, cause.getClass()).isPresent())
        .findFirst()
        .map(name -> ruling("bad data", false, kinship(cause, name)));
  }

  private static Optional<Ruling> type(Throwable cause) {
    return LINES.stream()
        .filter(line -> line.type().isInstance(cause))
        .findFirst()
        .map(line -> line.ruling(cause));
  }

  private static Ruling ruling(String name, boolean isTransient, String what) {
    return new Ruling(
        "default: " + name,
        isTransient ? RETRY : DEAD,
        () -> what + (isTransient ? " is transient" : " does not pass by itself"));
  }

  private static String kinship(Throwable cause, String as) {
    String name = cause.getClass().getName();
    return name.equals(as) ? name : name + ", a " + as + ",";
  }

  private static Line retry(String name, Class<? extends Throwable> type) {
    return new Line(name, type, true);
  }

  private static Line dead(String name, Class<? extends Throwable> type) {
    return new Line(name, type, false);
  }
}
