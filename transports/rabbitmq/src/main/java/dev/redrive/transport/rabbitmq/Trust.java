// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whose certificates are believed when TLS is spoken. */
final class Trust {
  private static final String PROTOCOL = "TLS";
  private static final String PEM = "-----BEGIN CERTIFICATE-----";

  private Trust() {}

  /**
   * TLS that believes those in a file, or, without one, those that Java does.
   *
   * @throws GeneralSecurityException if the file cannot be read, or has no certificate
   */
  static SSLContext context(Optional<Path> file, String password) throws GeneralSecurityException {
    if (file.isEmpty()) {
      return SSLContext.getDefault();
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    try {
      KeyStore store = isPem(file.get()) ? pem(file.get()) : store(file.get(), password);
      if (store.size() == 0) {
        throw new CertificateException("there is no certificate in it");
      }
      trust.init(store);
    } catch (IOException | GeneralSecurityException failure) {
      throw new GeneralSecurityException(
          "the trust store " + file.get() + " cannot be read: " + failure, failure);
    }
    SSLContext context = SSLContext.getInstance(PROTOCOL);
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static boolean isPem(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).contains(PEM);
  }

  private static KeyStore pem(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      int count = 0;
      for (Certificate each : all) {
        store.setCertificateEntry("trusted-" + ++count, each);
      }
    }
    return store;
  }

  private static KeyStore store(Path file, String password)
      throws IOException, GeneralSecurityException {
    // Java tells by itself which of its kinds it is.
    return KeyStore.getInstance(file.toFile(), password.toCharArray());
  }

  /** True if the other side is not who it should be, or does not speak TLS at all. */
  static boolean isRefusal(Exception failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return true;
      }
    }
    // A handshake may also break off because the broker is starting up.
    return failure instanceof SSLException && !(failure instanceof SSLHandshakeException);
  }
}
