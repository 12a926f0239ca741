import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { startRealtime } from './realtime'
import { resumeSession } from './session'
import './styles/base.css'
import './styles/layout.css'
import './styles/controls.css'
import './styles/shop.css'
import './styles/finder.css'
import './styles/comments.css'
import './styles/order.css'
import './styles/pay.css'
import './styles/bill.css'
import './styles/account.css'

startRealtime()
void resumeSession()

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root to render into.')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
