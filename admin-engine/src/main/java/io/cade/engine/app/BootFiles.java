package io.cade.engine.app;

import io.cade.engine.boottree.BootFileSource;
import io.cade.engine.boottree.HostKeySource;
import io.cade.engine.boottree.ImageSource;
import io.cade.engine.boottree.ImageStore;
import io.cade.engine.boottree.IpxeScriptSource;
import io.cade.engine.boottree.NetworkConfSource;
import io.cade.engine.boottree.ServicesSource;
import io.cade.engine.boottree.TemplateSource;
import io.cade.engine.images.ImageCatalogue;
import io.cade.engine.model.Cabinet;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What is in a card's boot tree. */
final class BootFiles {
  private BootFiles() {}

  /** The plug-ins in their order: the first that has a file wins. */
  static List<BootFileSource> of(
      EngineConfig config,
      StateDirectory directory,
      Supplier<Cabinet> current,
      AgentConfigSource agentConfigs,
      NetworkConfSource network,
      ImageCatalogue images,
      ImageStore boots,
      SecureRandom random)
      throws IOException {
    String bootUrl = "http://" + config.toldAddress() + ":" + config.ports().bootHttp();
    TemplateSource templates =
        new TemplateSource(
            directory.directory("templates"),
            position -> {
              Map<String, String> values = network.valuesOf(position);
              values.put("module", config.name());
              values.put("booturl", bootUrl);
              return values;
            });
    return List.of(
        // Before the templates, so that none can stand in for secrets and placements.
        agentConfigs,
        new HostKeySource(directory.directory("hostkeys"), random),
        new ServicesSource(current),
        templates,
        network,
        new IpxeScriptSource(boots, bootUrl),
        new ImageSource(images),
        images);
  }
}
