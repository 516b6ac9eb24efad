// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.InvalidOptionsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Where the database is and how a transport behaves towards it. Immutable.
 *
 * @param jdbcUrl the database, as its driver names it, without a password
 * @param properties what the driver is told besides: user, password, and its own options; never
 *     shown
 * @param prefix the first word in the names of Redrive's tables
 * @param poolSize how many statements run at a time, from 2
 * @param heartbeat how often this process says that it lives; not seen for five times as long, it
 *     is taken for dead
 * @param pollMax how long an idle queue waits before it looks again for what others sent
 * @param connectTimeout how long to wait for a connection
 * @param isListening true to be told by PostgreSQL of what others sent, where that works
 * @param reconnectTries tries to connect in a row before it gives up; empty for ever
 * @param reconnectFor time without a connection after which it gives up; empty for ever
 */
public record SqlTransportConfig(
    String jdbcUrl,
    Map<String, String> properties,
    String prefix,
    int poolSize,
    Duration heartbeat,
    Duration pollMax,
    Duration connectTimeout,
    boolean isListening,
    OptionalInt reconnectTries,
    Optional<Duration> reconnectFor) {
  private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9_]{0,15}");
  private static final String ANSWER_SECONDS = "30";
  private static final int POOL_MAX = 200;
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMinutes(5);

  /** Checks what is given. */
  public SqlTransportConfig {
    properties = Map.copyOf(properties);
    List<String> problems = new ArrayList<>();
    if (!jdbcUrl.startsWith("jdbc:")) {
      problems.add("jdbcUrl must begin with jdbc:");
    }
    if (!PREFIX.matcher(prefix).matches()) {
      problems.add("prefix must be 1 to 16 of a-z 0-9 _, a letter first, not '" + prefix + "'");
    }
    if (poolSize < 2 || poolSize > POOL_MAX) {
      problems.add("poolSize must be from 2 to " + POOL_MAX + ", not " + poolSize);
    }
    check(problems, "heartbeat", heartbeat);
    check(problems, "pollMax", pollMax);
    check(problems, "connectTimeout", connectTimeout);
    if (reconnectTries.isPresent() && reconnectTries.getAsInt() < 1) {
      problems.add("reconnectTries must be at least 1, not " + reconnectTries.getAsInt());
    }
    if (reconnectFor.isPresent()
        && (reconnectFor.get().isNegative() || reconnectFor.get().isZero())) {
      problems.add("reconnectFor must be positive, not " + reconnectFor.get());
    }
    if (!problems.isEmpty()) {
      throw new InvalidOptionsException("SQL transport", problems);
    }
  }

  private static void check(List<String> problems, String name, Duration duration) {
    if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
      problems.add(name + " must be from 10ms to 5m, not " + duration);
    }
  }

  /** Starts from the defaults. */
  public static Builder builder(String jdbcUrl) {
    return new Builder(jdbcUrl);
  }

  /** What the driver is told: what is given, and what a transport needs besides. */
  Map<String, String> driverOptions() {
    Map<String, String> options = new LinkedHashMap<>(properties);
    if (isPostgres()) {
      // Nothing of a session is relied on, so that a pooler may stand between.
      options.putIfAbsent("prepareThreshold", "0");
      options.putIfAbsent("targetServerType", "primary");
    }
    // The drivers' own default is to wait for ever for an answer that is lost on its way.
    if (isPostgres() || isMaria()) {
      options.putIfAbsent("tcpKeepAlive", "true");
      options.putIfAbsent("socketTimeout", isMaria() ? ANSWER_SECONDS + "000" : ANSWER_SECONDS);
    }
    return options;
  }

  private boolean isPostgres() {
    return jdbcUrl.startsWith("jdbc:postgresql:");
  }

  private boolean isMaria() {
    return jdbcUrl.startsWith("jdbc:mariadb:") || jdbcUrl.startsWith("jdbc:mysql:");
  }

  /** Which transactions see what, where the database's default does not do. */
  Optional<String> isolation() {
    // MySQL's default locks the gaps between rows, and whoever inserts there waits.
    return isMaria() ? Optional.of("TRANSACTION_READ_COMMITTED") : Optional.empty();
  }

  /** Without what the driver is told besides, which may be secret. */
  @Override
  public String toString() {
    return "SqlTransportConfig[%s, prefix %s]".formatted(jdbcUrl, prefix);
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private final String jdbcUrl;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private String prefix = "redrive";
    private int poolSize = 8;
    private Duration heartbeat = Duration.ofSeconds(2);
    private Duration pollMax = Duration.ofMillis(500);
    private Duration connectTimeout = Duration.ofSeconds(5);
    private boolean isListening = true;
    private OptionalInt reconnectTries = OptionalInt.empty();
    private Optional<Duration> reconnectFor = Optional.empty();

    private Builder(String jdbcUrl) {
      this.jdbcUrl = jdbcUrl;
    }

    /** Who to log in as. */
    public Builder credentials(String user, String password) {
      properties.put("user", user);
      properties.put("password", password);
      return this;
    }

    /** An option of the driver. */
    public Builder property(String name, String value) {
      properties.put(name, value);
      return this;
    }

    /** The first word in the names of Redrive's tables. */
    public Builder prefix(String prefix) {
      this.prefix = prefix;
      return this;
    }

    /** How many statements run at a time. */
    public Builder poolSize(int poolSize) {
      this.poolSize = poolSize;
      return this;
    }

    /** How often this process says that it lives. */
    public Builder heartbeat(Duration heartbeat) {
      this.heartbeat = heartbeat;
      return this;
    }

    /** How long an idle queue waits before it looks again for what others sent. */
    public Builder pollMax(Duration pollMax) {
      this.pollMax = pollMax;
      return this;
    }

    /** How long to wait for a connection. */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = connectTimeout;
      return this;
    }

    /** Whether to be told by PostgreSQL of what others sent. */
    public Builder listening(boolean isListening) {
      this.isListening = isListening;
      return this;
    }

    /** Gives up after so many tries to connect in a row. */
    public Builder reconnectTries(int tries) {
      this.reconnectTries = OptionalInt.of(tries);
      return this;
    }

    /** Gives up after this much time without a connection. */
    public Builder reconnectFor(Duration time) {
      this.reconnectFor = Optional.of(time);
      return this;
    }

    /**
     * The configuration.
     *
     * @throws InvalidOptionsException naming every mistake
     */
    public SqlTransportConfig build() {
      return new SqlTransportConfig(
          jdbcUrl,
          properties,
          prefix,
          poolSize,
          heartbeat,
          pollMax,
          connectTimeout,
          isListening,
          reconnectTries,
          reconnectFor);
    }
  }
}
