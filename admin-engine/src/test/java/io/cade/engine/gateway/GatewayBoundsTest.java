package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.Ask;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.ReportReply;
import io.cade.engine.model.Change;
import io.cade.engine.pki.PkiFixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nobody uses up the gateway's memory or its connections. */
@Timeout(60)
class GatewayBoundsTest {
  private static final CardPosition A = new CardPosition(1, 3);
  private static final CardPosition B = new CardPosition(1, 4);
  private static final CardPosition PROXY = new CardPosition(0, 4);
  private static final int LARGE = (2 << 20) - 1;

  @TempDir Path dir;
  private GatewayBench bench;

  @BeforeEach
  void start() throws Exception {
    bench = new GatewayBench(dir);
  }

  @AfterEach
  void stop() throws Exception {
    bench.close();
  }

  @Test
  void aCardThatIsNotBelievedIsRefusedBeforeItsBodyComes() throws Exception {
    try (TestPeer old = bench.introduced(A, CardRole.SERVER)) {
      bench.writer.given(new Change.CardSeated(A, CardRole.SERVER, GatewayBench.mac(B)));
      for (String path : List.of("/v1/ask", "/v1/inventory", "/v1/logs", "/v1/renew")) {
        try (RawPeer raw = old.connect().announce(path, 30_000)) {
          assertThat(raw.answer()).contains("403", "not-allowed", "enrol again");
        }
      }
    }
  }

  @Test
  void aServerCardsReportAsAProxyIsRefusedBeforeItComesAndOnceOnRecord() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER);
        RawPeer raw = a.connect().announce("/v1/proxy-report", (4 << 20) - 1)) {
      assertThat(raw.answer()).contains("403", "is no proxy");
    }
    assertThat(bench.writer.changes(Change.Audited.class)).hasSize(1);
    try (TestPeer p = bench.introduced(PROXY, CardRole.PROXY);
        RawPeer raw =
            p.connect().announce("/v1/proxy-report", (4 << 20) - 1, "Expect: 100-continue")) {
      assertThat(raw.status()).isEqualTo(100);
    }
  }

  @Test
  void aCardSendsOneLargeMessageAtATimeAndIsHeardAllTheSame() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER);
        TestPeer b = bench.introduced(B, CardRole.SERVER);
        RawPeer first = large(a);
        RawPeer second = large(a);
        RawPeer other = large(b)) {
      assertThat(first.status()).isEqualTo(100);
      assertThat(other.status()).as("another card's").isEqualTo(100);
      assertThat(second.isSilent(500)).isTrue();
      a.call("/v1/report", GatewayBench.report(A), ReportReply.class);
      a.call("/v1/ask", new Ask(A, "boot", null), AskReply.class);
      assertThat(second.answer()).contains("503", "Retry-After: 5", "busy");
    }
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      RawPeer gone = large(a);
      assertThat(gone.status()).isEqualTo(100);
      try (RawPeer next = large(a)) {
        assertThat(next.isSilent(200)).isTrue();
        gone.close();
        assertThat(next.status()).as("when the first has gone").isEqualTo(100);
      }
    }
  }

  private static RawPeer large(TestPeer peer) throws IOException {
    return peer.connect().announce("/v1/inventory", LARGE, "Expect: 100-continue");
  }

  @Test
  void cardsTogetherHaveNoMoreRoomThanThereIs() throws Exception {
    List<AutoCloseable> open = new ArrayList<>();
    try {
      int taken = 0;
      List<RawPeer> waiting = new ArrayList<>();
      for (int slot = 1; slot <= 11; slot++) {
        TestPeer card = bench.introduced(new CardPosition(2, slot), CardRole.SERVER);
        open.add(card);
        RawPeer raw = large(card);
        open.add(raw);
        if (raw.isSilent(300)) {
          waiting.add(raw);
        } else {
          assertThat(raw.status()).isEqualTo(100);
          taken++;
        }
      }
      assertThat(taken).as("of 2 MiB each in 16 MiB").isEqualTo(8);
      for (RawPeer raw : waiting) {
        assertThat(raw.answer()).contains("503", "Retry-After");
      }
    } finally {
      for (AutoCloseable each : open.reversed()) {
        each.close();
      }
    }
  }

  @Test
  void strangersNeitherKeepTheirPlacesNorTakeThoseOfCards() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER);
        TestPeer anonymous =
            TestPeer.anonymous(bench.authority.certificate(), bench.server.port())) {
      List<RawPeer> silent = new ArrayList<>();
      try {
        for (int i = 0; i < GatewayServer.MAX_OF_ADDRESS; i++) {
          silent.add(anonymous.connect("127.0.0.77"));
        }
        try (RawPeer tooMany = anonymous.connect("127.0.0.77")) {
          assertThat(tooMany.isClosedWithin(5_000)).isTrue();
        }
        try (RawPeer elsewhere = anonymous.connect("127.0.0.78").get("/v1/nothing")) {
          assertThat(elsewhere.status()).isEqualTo(404);
          assertThat(elsewhere.isClosedWithin(5_000)).as("after a refusal").isTrue();
        }
        try (RawPeer elsewhere = anonymous.connect("127.0.0.78").announce("/v1/report", 9)) {
          assertThat(elsewhere.status()).isEqualTo(401);
          elsewhere.say("{\"a\": 22}");
          assertThat(elsewhere.isClosedWithin(5_000)).as("after a refusal").isTrue();
        }
        try (RawPeer card = a.connect("127.0.0.77").get("/v1/nothing")) {
          assertThat(card.status()).as("a card from the very address").isEqualTo(404);
        }
        assertThat(silent.getFirst().isSilent(100)).isTrue();
      } finally {
        for (RawPeer each : silent) {
          each.close();
        }
      }
    }
  }

  @Test
  void aCardPushesOutItsOwnOldConnectionsOnly() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER);
        TestPeer b = bench.introduced(B, CardRole.SERVER);
        RawPeer others = b.connect()) {
      List<RawPeer> own = new ArrayList<>();
      try {
        for (int i = 0; i <= GatewayServer.MAX_OF_CARD; i++) {
          own.add(a.connect());
        }
        assertThat(own.getFirst().isClosedWithin(5_000)).isTrue();
        assertThat(own.getLast().isSilent(200)).isTrue();
        assertThat(others.isSilent(100)).isTrue();
        a.call("/v1/report", GatewayBench.report(A), ReportReply.class);
      } finally {
        for (RawPeer each : own) {
          each.close();
        }
      }
    }
  }

  @Test
  void whoHasEnrolledLeavesItsPlaceToTheNext() throws Exception {
    bench.seat(A, CardRole.SERVER);
    KeyPair key = PkiFixtures.newKey();
    try (TestPeer peer = TestPeer.anonymous(bench.authority.certificate(), bench.server.port())) {
      EnrolRequest request =
          new EnrolRequest(
              A,
              GatewayBench.mac(A),
              bench.secrets.issue(A),
              PkiFixtures.request("card", key, key));
      byte[] body = peer.json.encode(request);
      try (RawPeer raw = peer.connect().announce("/v1/enrol", body.length)) {
        raw.say(new String(body, StandardCharsets.ISO_8859_1));
        String answer = raw.answer();
        assertThat(answer).contains("200 OK", "connection: close");
        assertThat(
                peer.json
                    .decode(
                        answer
                            .substring(answer.indexOf("\r\n\r\n") + 4)
                            .getBytes(StandardCharsets.UTF_8),
                        EnrolReply.class)
                    .certificatePem())
            .contains("BEGIN CERTIFICATE");
        assertThat(raw.isClosedWithin(5_000)).isTrue();
      }
      // Clients that keep connections do not trip over that.
      for (int i = 0; i < 3; i++) {
        assertThat(peer.post("/v1/enrol", request).statusCode()).isEqualTo(403);
      }
    }
  }
}
