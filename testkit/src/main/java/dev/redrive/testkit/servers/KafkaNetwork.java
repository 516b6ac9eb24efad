// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where the nodes of a Kafka cluster listen, and the ways to them. Each node has, beside the
 * listener that the others and most clients use, one for each way, and advertises for this one the
 * proxy in front of it. Thread-safe.
 */
final class KafkaNetwork implements AutoCloseable {
  private static final int WAYS = 16;

  private final List<Node> nodes;
  // First given back, first given away: whoever used a way before still tries to connect to it.
  private final Queue<List<FaultProxy>> ways = new ConcurrentLinkedQueue<>();

  /**
   * The addresses of one node.
   *
   * @param id its number, from 1
   * @param port where clients and other nodes connect to
   * @param controllerPort where controllers do
   * @param wayPorts where the proxies do
   * @param proxies one for each way
   */
  record Node(
      int id, int port, int controllerPort, List<Integer> wayPorts, List<FaultProxy> proxies) {

    private static Node take(int id) {
      List<Integer> wayPorts = FreePorts.take(WAYS);
      List<FaultProxy> proxies = wayPorts.stream().map(FaultProxy::new).toList();
      proxies.forEach(FaultProxy::cut);
      List<Integer> ports = FreePorts.take(2);
      return new Node(id, ports.get(0), ports.get(1), wayPorts, proxies);
    }

    String address() {
      return "127.0.0.1:" + port;
    }

    /** The setting {@code listeners}. */
    String listeners() {
      return Stream.concat(
              Stream.of("CONTROLLER://127.0.0.1:" + controllerPort, "PLAINTEXT://" + address()),
              perWay(i -> wayPorts.get(i)))
          .collect(Collectors.joining(","));
    }

    /** The setting {@code advertised.listeners}. */
    String advertised() {
      return Stream.concat(
              Stream.of("PLAINTEXT://" + address()), perWay(i -> proxies.get(i).port()))
          .collect(Collectors.joining(","));
    }

    private static Stream<String> perWay(IntUnaryOperator port) {
      return IntStream.range(0, WAYS)
          .mapToObj(i -> "WAY" + i + "://127.0.0.1:" + port.applyAsInt(i));
    }
  }

  /** Takes the ports for so many nodes. */
  KafkaNetwork(int size) {
    nodes = IntStream.rangeClosed(1, size).mapToObj(Node::take).toList();
    IntStream.range(0, WAYS)
        .mapToObj(i -> nodes.stream().map(node -> node.proxies().get(i)).toList())
        .forEach(ways::add);
  }

  List<Node> nodes() {
    return nodes;
  }

  /** The setting {@code controller.quorum.voters}. */
  String voters() {
    return nodes.stream()
        .map(node -> node.id() + "@127.0.0.1:" + node.controllerPort())
        .collect(Collectors.joining(","));
  }

  /** The setting {@code listener.security.protocol.map}. */
  String protocols() {
    return Stream.concat(
            Stream.of("CONTROLLER", "PLAINTEXT"), IntStream.range(0, WAYS).mapToObj(i -> "WAY" + i))
        .map(name -> name + ":PLAINTEXT")
        .collect(Collectors.joining(","));
  }

  /** What a client is told as {@code bootstrap.servers}. */
  String bootstrap() {
    return nodes.stream().map(Node::address).collect(Collectors.joining(","));
  }

  /**
   * A way for one client.
   *
   * @throws IllegalStateException if all are in use
   */
  KafkaWay way() {
    List<FaultProxy> proxies =
        Optional.ofNullable(ways.poll())
            .orElseThrow(
                () -> new IllegalStateException("all " + WAYS + " ways are in use; close some"));
    return new KafkaWay(proxies, () -> ways.add(proxies));
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.proxies().forEach(FaultProxy::close));
  }
}
