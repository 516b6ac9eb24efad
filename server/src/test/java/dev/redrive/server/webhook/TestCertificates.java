// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate authority of our own and what it issued, made once by {@code keytool}. */
final class TestCertificates {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private static final class Holder {
    static final TestCertificates SHARED = make();
  }

  private final Path folder;
  private final X509Certificate authority;

  private TestCertificates(Path folder, X509Certificate authority) {
    this.folder = folder;
    this.authority = authority;
  }

  static TestCertificates shared() {
    return Holder.SHARED;
  }

  X509Certificate authority() {
    return authority;
  }

  /**
   * The TLS side of a receiver with the key named: good, expired, early, other-name, by-address or
   * self-signed.
   */
  SSLContext context(String alias) throws GeneralSecurityException, IOException {
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, null);
    KeyStore all = load(folder);
    one.setKeyEntry(alias, all.getKey(alias, PASSWORD), PASSWORD, all.getCertificateChain(alias));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(one, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private static TestCertificates make() {
    try {
      Path folder = Files.createTempDirectory("webhook-certificates");
      folder.toFile().deleteOnExit();
      folder.resolve("keys.p12").toFile().deleteOnExit();
      keytool(folder, "-alias", "ca", "-dname", "CN=Test CA", "-ext", "bc:c", "-validity", "30");
      issue(folder, "good", "dns:hook.example", "-1d", "30");
      issue(folder, "expired", "dns:hook.example", "-30d", "10");
      issue(folder, "early", "dns:hook.example", "+10d", "10");
      issue(folder, "other-name", "dns:other.example", "-1d", "30");
      issue(folder, "by-address", "ip:127.0.0.1", "-1d", "30");
      keytool(
          folder,
          "-alias",
          "self-signed",
          "-dname",
          "CN=hook.example",
          "-ext",
          "san=dns:hook.example");
      return new TestCertificates(folder, (X509Certificate) load(folder).getCertificate("ca"));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("no certificates to test with", e);
    }
  }

  private static void issue(Path folder, String alias, String san, String start, String days)
      throws IOException {
    keytool(
        folder,
        "-alias",
        alias,
        "-dname",
        "CN=" + alias,
        "-signer",
        "ca",
        "-ext",
        "san=" + san,
        "-startdate",
        start,
        "-validity",
        days);
  }

  private static void keytool(Path folder, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
    command.addAll(List.of("-keystore", folder.resolve("keys.p12").toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      String said = new String(out.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("keytool failed: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while making certificates", e);
    }
  }

  private static KeyStore load(Path folder) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("keys.p12"))) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }
}
