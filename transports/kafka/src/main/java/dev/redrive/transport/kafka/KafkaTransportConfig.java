// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.InvalidOptionsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where the cluster is and how a transport behaves towards it. Immutable.
 *
 * @param servers the brokers to ask first, each {@code host:port}
 * @param prefix the first word in the names of what Redrive adds
 * @param group the consumer group of all queues; empty for {@code <prefix>.<queue>}
 * @param instance this process's name in its groups, kept over its restarts, so that one within the
 *     session's time moves no partitions; empty for none
 * @param groupProtocol who assigns partitions
 * @param partitions of a topic that is made; empty for what the broker is set to
 * @param replication copies of each partition of a topic that is made; empty for what the broker is
 *     set to
 * @param retention how long messages are kept at least, handled or not
 * @param compression how batches are compressed
 * @param attemptMarks true to write down, before an attempt begins, that it does, so that one that
 *     a crash cuts off counts
 * @param orderBy what comes one after another in an ordered queue
 * @param requestTime how long an answer of a broker is waited for; a send is tried for three times
 *     as long
 * @param transactionTime after which the broker ends a transaction of a process that has died
 * @param sessionTime how long a process is believed in that is not heard of, where the broker
 *     leaves that to its members
 * @param graceTime how long partitions that are to be given to another process are kept, so that
 *     what runs can end
 * @param downMax time without the cluster after which the transport gives up; empty for never
 * @param client further settings of Kafka's clients, about security and the network only
 */
public record KafkaTransportConfig(
    List<String> servers,
    String prefix,
    Optional<String> group,
    Optional<String> instance,
    GroupProtocol groupProtocol,
    OptionalInt partitions,
    OptionalInt replication,
    Duration retention,
    Compression compression,
    boolean attemptMarks,
    OrderBy orderBy,
    Duration requestTime,
    Duration transactionTime,
    Duration sessionTime,
    Duration graceTime,
    Optional<Duration> downMax,
    Map<String, String> client) {
  private static final Pattern SERVER = Pattern.compile(".+:[0-9]{1,5}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,50}");
  private static final int PARTITIONS_MAX = 10_000;
  private static final int REPLICATION_MAX = 100;
  // Everything else would change what Redrive promises.
  private static final Set<String> CLIENT_PREFIXES =
      Set.of("security.", "sasl.", "ssl.", "socket.", "reconnect.", "client.");

  /** Who assigns the partitions of a group to its members. */
  public enum GroupProtocol {
    /** The brokers, if they can, or else the members. */
    AUTO,
    /** The members among themselves, a few partitions at a time. */
    CLASSIC,
    /** The brokers (KIP-848). */
    CONSUMER
  }

  /** How batches are compressed. */
  public enum Compression {
    /** Not at all. */
    NONE,
    /** Little, at little cost. */
    LZ4,
    /** About as LZ4. */
    SNAPPY,
    /** Much, at some cost. */
    ZSTD;

    String wireName() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Checks what is given. */
  public KafkaTransportConfig {
    servers = List.copyOf(servers);
    client = Map.copyOf(client);
    List<String> problems = new ArrayList<>();
    if (servers.isEmpty() || !servers.stream().allMatch(each -> SERVER.matcher(each).matches())) {
      problems.add("servers must be host:port, at least one, not " + servers);
    }
    checkName(problems, "prefix", prefix);
    group.ifPresent(name -> checkName(problems, "group", name));
    instance.ifPresent(name -> checkName(problems, "instance", name));
    checkNumber(problems, "partitions", partitions, PARTITIONS_MAX);
    checkNumber(problems, "replication", replication, REPLICATION_MAX);
    checkTime(problems, "retention", retention);
    checkTime(problems, "requestTime", requestTime);
    checkTime(problems, "transactionTime", transactionTime);
    checkTime(problems, "sessionTime", sessionTime);
    if (graceTime.isNegative()) {
      problems.add("graceTime must not be negative, not " + graceTime);
    }
    downMax.ifPresent(time -> checkTime(problems, "downMax", time));
    client.keySet().stream()
        .filter(key -> CLIENT_PREFIXES.stream().noneMatch(key::startsWith))
        .forEach(
            key ->
                problems.add(
                    "client settings may be about security and the network only, not " + key));
    if (!problems.isEmpty()) {
      throw new InvalidOptionsException("Kafka transport", problems);
    }
  }

  private static void checkName(List<String> problems, String what, String name) {
    if (!NAME.matcher(name).matches()) {
      problems.add(what + " must be 1 to 50 of A-Z a-z 0-9 . _ -, not '" + name + "'");
    }
  }

  private static void checkNumber(
      List<String> problems, String what, OptionalInt number, int most) {
    if (number.isPresent() && (number.getAsInt() < 1 || number.getAsInt() > most)) {
      problems.add(what + " must be 1 to " + most + ", not " + number.getAsInt());
    }
  }

  private static void checkTime(List<String> problems, String what, Duration time) {
    if (time.isNegative() || time.isZero()) {
      problems.add(what + " must be positive, not " + time);
    }
  }

  /** Starts from the defaults, with a broker at localhost:9092. */
  public static Builder builder() {
    return new Builder();
  }

  /** Without the clients' settings, which may hold passwords. */
  @Override
  public String toString() {
    return "KafkaTransportConfig[%s, prefix %s]".formatted(servers, prefix);
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private List<String> servers = List.of("localhost:9092");
    private String prefix = "redrive";
    private Optional<String> group = Optional.empty();
    private Optional<String> instance = Optional.empty();
    private GroupProtocol groupProtocol = GroupProtocol.AUTO;
    private OptionalInt partitions = OptionalInt.empty();
    private OptionalInt replication = OptionalInt.empty();
    private Duration retention = Duration.ofDays(7);
    private Compression compression = Compression.LZ4;
    private boolean attemptMarks = true;
    private OrderBy orderBy = OrderBy.KEY;
    private Duration requestTime = Duration.ofSeconds(10);
    private Duration transactionTime = Duration.ofSeconds(15);
    private Duration sessionTime = Duration.ofSeconds(30);
    private Duration graceTime = Duration.ofSeconds(5);
    private Optional<Duration> downMax = Optional.empty();
    private Map<String, String> client = Map.of();

    private Builder() {}

    /** The brokers to ask first, each {@code host:port}. */
    public Builder servers(List<String> servers) {
      this.servers = servers;
      return this;
    }

    /** The first word in the names of what Redrive adds. */
    public Builder prefix(String prefix) {
      this.prefix = prefix;
      return this;
    }

    /** The consumer group of all queues, instead of one for each. */
    public Builder group(String group) {
      this.group = Optional.of(group);
      return this;
    }

    /** This process's name in its groups; no two processes may have the same. */
    public Builder instance(String instance) {
      this.instance = Optional.of(instance);
      return this;
    }

    /** Who assigns partitions. */
    public Builder groupProtocol(GroupProtocol protocol) {
      this.groupProtocol = protocol;
      return this;
    }

    /** How many partitions a topic gets that is made. */
    public Builder partitions(int partitions) {
      this.partitions = OptionalInt.of(partitions);
      return this;
    }

    /** How many copies of each partition a topic gets that is made. */
    public Builder replication(int replication) {
      this.replication = OptionalInt.of(replication);
      return this;
    }

    /** How long messages are kept at least; a topic that keeps them shorter is refused. */
    public Builder retention(Duration retention) {
      this.retention = retention;
      return this;
    }

    /** How batches are compressed. */
    public Builder compression(Compression compression) {
      this.compression = compression;
      return this;
    }

    /** Whether attempts that a crash cuts off count. */
    public Builder attemptMarks(boolean attemptMarks) {
      this.attemptMarks = attemptMarks;
      return this;
    }

    /** What comes one after another in an ordered queue; the same in all processes. */
    public Builder orderBy(OrderBy by) {
      this.orderBy = by;
      return this;
    }

    /** How long an answer of a broker is waited for. */
    public Builder requestTime(Duration time) {
      this.requestTime = time;
      return this;
    }

    /** After which the broker ends a transaction of a process that has died. */
    public Builder transactionTime(Duration time) {
      this.transactionTime = time;
      return this;
    }

    /** How long a process is believed in that is not heard of. */
    public Builder sessionTime(Duration time) {
      this.sessionTime = time;
      return this;
    }

    /** How long partitions that another process is to get are kept, so that what runs can end. */
    public Builder graceTime(Duration time) {
      this.graceTime = time;
      return this;
    }

    /** Gives up after this much time without the cluster. */
    public Builder downMax(Duration time) {
      this.downMax = Optional.of(time);
      return this;
    }

    /** Further settings of Kafka's clients, about security and the network. */
    public Builder client(Map<String, String> settings) {
      this.client = settings;
      return this;
    }

    /**
     * The configuration.
     *
     * @throws InvalidOptionsException naming every mistake
     */
    public KafkaTransportConfig build() {
      return new KafkaTransportConfig(
          servers,
          prefix,
          group,
          instance,
          groupProtocol,
          partitions,
          replication,
          retention,
          compression,
          attemptMarks,
          orderBy,
          requestTime,
          transactionTime,
          sessionTime,
          graceTime,
          downMax,
          client);
    }
  }
}
