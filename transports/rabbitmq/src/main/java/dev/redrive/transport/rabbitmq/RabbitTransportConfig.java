// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.InvalidOptionsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Where the broker is and how a transport behaves towards it. Immutable.
 *
 * @param hosts the nodes to try, each {@code host:port}
 * @param isTls true to speak TLS, with the names of the nodes checked
 * @param user who to log in as
 * @param password its password; never shown
 * @param virtualHost where the queues are
 * @param prefix the first word in the names of what Redrive adds
 * @param heartbeat how long a silent connection is believed in, about twice
 * @param reconnectTries tries to connect in a row before it gives up; empty for ever
 * @param reconnectFor time without a connection after which it gives up; empty for ever
 * @param classic the layout that other programs share; empty for Redrive's own
 * @param allowTransient true to use queues that are there and not durable, and to promise no more
 *     than they can keep
 * @param handOversMax how often a message is handed over that comes back unsettled, by a quorum
 *     queue's count, before it is dead as {@code crashed}; 0 for no limit
 * @param trustStore a file with the certificates that are believed when TLS is spoken, PEM, PKCS
 *     #12 or JKS; empty for those that Java believes
 * @param trustStorePassword the password of that file; empty for PEM; never shown
 */
public record RabbitTransportConfig(
    List<String> hosts,
    boolean isTls,
    String user,
    String password,
    String virtualHost,
    String prefix,
    Duration heartbeat,
    OptionalInt reconnectTries,
    Optional<Duration> reconnectFor,
    Optional<ClassicLayout> classic,
    boolean allowTransient,
    int handOversMax,
    Optional<Path> trustStore,
    String trustStorePassword) {
  /** Of a message that comes back unsettled. RabbitMQ 4 has the same limit. */
  private static final int HAND_OVERS_MAX = 20;

  private static final Pattern HOST = Pattern.compile(".+:[0-9]{1,5}");
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_-]{1,50}");
  private static final Duration HEARTBEAT_MAX = Duration.ofHours(1);

  /** Checks what is given. */
  public RabbitTransportConfig {
    hosts = List.copyOf(hosts);
    List<String> problems = new ArrayList<>();
    if (hosts.isEmpty() || !hosts.stream().allMatch(host -> HOST.matcher(host).matches())) {
      problems.add("hosts must be host:port, at least one, not " + hosts);
    }
    if (!PREFIX.matcher(prefix).matches()) {
      problems.add("prefix must be 1 to 50 of A-Z a-z 0-9 _ -, not '" + prefix + "'");
    }
    if (heartbeat.toSeconds() < 1 || heartbeat.compareTo(HEARTBEAT_MAX) > 0) {
      problems.add("heartbeat must be from 1s to 1h, not " + heartbeat);
    }
    if (reconnectTries.isPresent() && reconnectTries.getAsInt() < 1) {
      problems.add("reconnectTries must be at least 1, not " + reconnectTries.getAsInt());
    }
    if (reconnectFor.isPresent()
        && (reconnectFor.get().isNegative() || reconnectFor.get().isZero())) {
      problems.add("reconnectFor must be positive, not " + reconnectFor.get());
    }
    if (handOversMax < 0) {
      problems.add("handOversMax must be at least 1, or 0 for no limit, not " + handOversMax);
    }
    if (trustStore.isPresent() && !isTls) {
      problems.add("trustStore means nothing without TLS; write amqps");
    }
    if (!problems.isEmpty()) {
      throw new InvalidOptionsException("RabbitMQ transport", problems);
    }
  }

  /** Starts from the defaults: localhost:5672, guest, the virtual host {@code /}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "RabbitTransportConfig[%s%s as %s, virtual host %s, prefix %s]"
        .formatted(isTls ? "amqps " : "amqp ", hosts, user, virtualHost, prefix);
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private List<String> hosts = List.of("localhost:5672");
    private boolean isTls;
    private String user = "guest";
    private String password = "guest";
    private String virtualHost = "/";
    private String prefix = "redrive";
    private Duration heartbeat = Duration.ofSeconds(10);
    private OptionalInt reconnectTries = OptionalInt.empty();
    private Optional<Duration> reconnectFor = Optional.empty();
    private Optional<ClassicLayout> classic = Optional.empty();
    private boolean allowTransient;
    private int handOversMax = HAND_OVERS_MAX;
    private Optional<Path> trustStore = Optional.empty();
    private String trustStorePassword = "";

    private Builder() {}

    /** The nodes to try, each {@code host:port}. */
    public Builder hosts(List<String> hosts) {
      this.hosts = hosts;
      return this;
    }

    /** Whether to speak TLS. */
    public Builder tls(boolean isTls) {
      this.isTls = isTls;
      return this;
    }

    /** Who to log in as. */
    public Builder credentials(String user, String password) {
      this.user = user;
      this.password = password;
      return this;
    }

    /** Where the queues are. */
    public Builder virtualHost(String virtualHost) {
      this.virtualHost = virtualHost;
      return this;
    }

    /** The first word in the names of what Redrive adds to the virtual host. */
    public Builder prefix(String prefix) {
      this.prefix = prefix;
      return this;
    }

    /** How long a silent connection is believed in, about twice. */
    public Builder heartbeat(Duration heartbeat) {
      this.heartbeat = heartbeat;
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

    /** Shares its queues with other programs, in their layout. */
    public Builder classic(ClassicLayout layout) {
      this.classic = Optional.of(layout);
      return this;
    }

    /** Uses queues that are there and do not survive a restart of the broker. */
    public Builder allowTransient(boolean isAllowed) {
      this.allowTransient = isAllowed;
      return this;
    }

    /**
     * How often a message is handed over that comes back unsettled, because its process or its
     * connection ended, before it is dead as {@code crashed}; 0 for no limit.
     */
    public Builder handOversMax(int handOvers) {
      this.handOversMax = handOvers;
      return this;
    }

    /** A file with the certificates that are believed: PEM, PKCS #12 or JKS. */
    public Builder trustStore(Path file) {
      this.trustStore = Optional.of(file);
      return this;
    }

    /** The password of the trust store, if it has one. */
    public Builder trustStorePassword(String password) {
      this.trustStorePassword = password;
      return this;
    }

    /**
     * The configuration.
     *
     * @throws InvalidOptionsException naming every mistake
     */
    public RabbitTransportConfig build() {
      return new RabbitTransportConfig(
          hosts,
          isTls,
          user,
          password,
          virtualHost,
          prefix,
          heartbeat,
          reconnectTries,
          reconnectFor,
          classic,
          allowTransient,
          handOversMax,
          trustStore,
          trustStorePassword);
    }
  }
}
