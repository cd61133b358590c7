import { render } from 'preact';
import { App } from './frame/app.tsx';
import { Gateway } from './gateway/gateway.ts';

const place = document.getElementById('console');
if (place === null) throw new Error('Found no element "console" in the page');
render(<App gateway={new Gateway()} />, place);
