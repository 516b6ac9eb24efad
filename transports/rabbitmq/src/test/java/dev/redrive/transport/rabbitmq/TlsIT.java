// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.spi.OutMessage;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.RabbitServer;
import dev.redrive.transport.rabbitmq.RabbitScene.Worker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS against the real broker, with certificates that are made for the occasion. */
class TlsIT {
  private static final String PASSWORD = "changeit";

  @TempDir private static Path folder;
  private static int port;

  private final RealTime time = new RealTime(11);

  @BeforeAll
  static void serve() throws Exception {
    certificate("broker", "DNS:localhost,IP:127.0.0.1");
    certificate("stranger", "DNS:localhost,IP:127.0.0.1");
    port = listen("broker");
  }

  private static void run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }

  private static void certificate(String name, String names) throws Exception {
    run(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=" + name,
        "-addext",
        "subjectAltName=" + names,
        "-keyout",
        file(name + ".key"),
        "-out",
        file(name + ".pem"));
  }

  private static String file(String name) {
    return folder.resolve(name).toString();
  }

  /** Lets the broker listen at one more port, and returns it. */
  private static int listen(String certificate) throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    RabbitServer.shared()
        .control(
            "eval",
            "{ok, _} = application:ensure_all_started(ssl),"
                + " rabbit_networking:start_ssl_listener({\"127.0.0.1\", %d},".formatted(free)
                + " [{certfile, \"%s\"}, {keyfile, \"%s\"}], 2)."
                    .formatted(file(certificate + ".pem"), file(certificate + ".key")));
    return free;
  }

  @AfterEach
  void close() {
    time.close();
  }

  private RabbitTransport open(int at, String options) {
    URI uri =
        URI.create(
            "amqps://127.0.0.1:%d/?prefix=contract&reconnectTries=3%s".formatted(at, options));
    return RabbitTransport.open(RabbitUri.parse(uri), time.environment());
  }

  @Test
  void messages_go_and_come_when_the_certificate_is_in_the_trust_store() throws Exception {
    Path pkcs12 = folder.resolve("trust.p12");
    run(
        "keytool",
        "-importcert",
        "-noprompt",
        "-alias",
        "broker",
        "-file",
        file("broker.pem"),
        "-keystore",
        pkcs12.toString(),
        "-storetype",
        "PKCS12",
        "-storepass",
        PASSWORD);
    for (String options :
        List.of(
            "&trustStore=" + file("broker.pem"),
            "&trustStore=" + pkcs12 + "&trustStorePassword=" + PASSWORD)) {
      try (RabbitTransport transport = open(port, options)) {
        RabbitScene.provision(transport, "tls");
        OutMessage message =
            new OutMessage(
                "m", false, "", time.environment().clock().instant(), Map.of(), new byte[] {1});
        RabbitScene.await(transport.publish("tls", List.of(message)));
        Worker worker = RabbitScene.worker(transport, "tls");
        assertThat(worker.ack(worker.next())).isEqualTo(Settled.DONE);
      }
    }
  }

  @Test
  void broker_that_is_not_believed_is_refused_at_once() {
    assertThatThrownBy(() -> open(port, ""))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("certificate")
        .hasMessageContaining("trustStore");
    assertThatThrownBy(() -> open(port, "&trustStore=" + file("stranger.pem")))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("certificate");
  }

  @Test
  void broker_of_another_name_is_refused_at_once() throws Exception {
    certificate("elsewhere", "DNS:elsewhere.example");
    int other = listen("elsewhere");

    assertThatThrownBy(() -> open(other, "&trustStore=" + file("elsewhere.pem")))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("127.0.0.1");
  }

  @Test
  void port_without_tls_and_trust_store_that_cannot_be_read_are_told() throws Exception {
    assertThatThrownBy(() -> open(RabbitServer.shared().port(), ""))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("TLS");
    assertThatThrownBy(() -> open(port, "&trustStore=" + file("missing.pem")))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("missing.pem");
    Files.writeString(folder.resolve("empty.pem"), "");
    assertThatThrownBy(() -> open(port, "&trustStore=" + file("empty.pem")))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("empty.pem");
  }
}
