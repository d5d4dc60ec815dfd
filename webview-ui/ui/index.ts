import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

/**
 * Registers the few toolkit components that the page uses, as a script of its own before the page's. The toolkit is no
 * longer maintained: it may be missing or fail without harm, because every control is drawn with native elements where
 * its component is not registered. It takes its colours on the window's `load` event, so it is loaded with `defer`.
 */
try {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeProgressRing(),
    vsCodeTextField(),
  );
} catch (error) {
  console.warn('Modelkeep: native controls are used', error);
}
