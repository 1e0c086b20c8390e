@NullMarked
package io.cade.agent.device;

import org.jspecify.annotations.NullMarked;
